//! The AWS CLI's console sign-ins (`aws login`), in the files that the CLI and the SDKs share.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Login credentials provider"; the names and the form of the files are
//! the AWS CLI's. Invariants: what another tool has written beside stays as it is; a file is replaced in one step.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use hatrack_core::caller::CallerContext;
use hatrack_core::secret::{Credentials, Secret};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::aws_files::under_home;
use crate::private;

/// Far more than a sign-in takes: a few tokens of a few kilobytes.
const LARGEST: usize = 256 * 1024;

/// The file of one sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginFile {
    path: PathBuf,
}

/// A sign-in as its file holds it.
pub struct SignedIn {
    /// 15 minutes' credentials. Their end is set.
    pub credentials: Credentials,
    /// Whom it was made by.
    pub client_id: String,
    /// Renews it once.
    pub refresh_token: Secret,
    /// The private key that it is bound to, in PEM.
    pub key: Secret,
    /// The region it was made in, where the file says so.
    pub region: Option<String>,
    document: Document,
}

/// The file could not be used. Nothing of what it holds is repeated.
#[derive(Debug, thiserror::Error)]
pub enum LoginFailure {
    /// It could not be read.
    #[error("{} could not be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// It holds no sign-in: half of one, or something else.
    #[error("{} holds no whole sign-in", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// It could not be written.
    #[error("{} could not be written: {why}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

impl LoginFile {
    /// Of the sign-in that a profile's `login_session` names, for this caller; `None` where neither a folder is named
    /// nor a home known.
    pub fn of_caller(caller: &CallerContext, session: &str) -> Option<Self> {
        let folder = match caller.var("AWS_LOGIN_CACHE_DIRECTORY") {
            Some(named) if !named.starts_with('~') => Some(caller.working_folder.join(named)),
            named => under_home(caller, named.unwrap_or("~/.aws/login/cache")),
        };
        let name = hex::encode(Sha256::digest(session.trim().as_bytes()));
        Some(Self {
            path: folder?.join(name).with_extension("json"),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sign-in; `None` where there is no file. Blocks shortly.
    pub fn read(&self) -> Result<Option<SignedIn>, LoginFailure> {
        let unreadable = |why| LoginFailure::Unreadable {
            path: self.path.clone(),
            why,
        };
        let file = match std::fs::File::open(&self.path) {
            Ok(file) => file,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(unreadable(why)),
        };
        // Room for all of it from the start: a buffer that grows leaves uncleared copies behind.
        let length = file.metadata().map_err(unreadable)?.len();
        let room = usize::try_from(length).unwrap_or(LARGEST).min(LARGEST);
        let mut bytes = Zeroizing::new(Vec::with_capacity(room + 1));
        let most = u64::try_from(LARGEST).unwrap_or(u64::MAX);
        file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
        let signed_in = Document::parse(&bytes).and_then(SignedIn::of);
        signed_in.map(Some).ok_or_else(|| LoginFailure::Broken {
            path: self.path.clone(),
        })
    }

    /// Writes a sign-in that has been renewed. Blocks shortly.
    pub fn write(&self, signed_in: &SignedIn) -> Result<(), LoginFailure> {
        let text = signed_in.document.text();
        let written = text.and_then(|text| private::replace(&self.path, &text));
        written.map_err(|why| LoginFailure::Unwritable {
            path: self.path.clone(),
            why,
        })
    }
}

impl SignedIn {
    fn of(document: Document) -> Option<Self> {
        let token = document.0.get("accessToken")?;
        let text = |of: &Value, key: &str| {
            of.get(key)?
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let own = |key: &str| document.0.get(key)?.as_str().filter(|text| !text.is_empty());
        Some(Self {
            credentials: Credentials {
                access_key_id: text(token, "accessKeyId")?,
                secret_access_key: Secret::new(text(token, "secretAccessKey")?),
                session_token: Some(Secret::new(text(token, "sessionToken")?)),
                expires_at: Some(text(token, "expiresAt")?.parse().ok()?),
            },
            client_id: own("clientId")?.to_owned(),
            refresh_token: Secret::new(own("refreshToken")?),
            key: Secret::new(own("dpopKey")?),
            region: own("signInRegion").map(str::to_owned),
            document,
        })
    }

    /// When the credentials end, by this computer's clock.
    pub fn expires_at(&self) -> Timestamp {
        self.credentials.expires_at.unwrap_or(Timestamp::MIN)
    }

    /// Takes in what a renewal brought. `credentials.expires_at` is by this computer's clock, as every tool that reads
    /// the file has it.
    pub fn renewed(mut self, credentials: Credentials, refresh_token: Secret) -> Self {
        let set = |of: &mut Map<String, Value>, key: &str, text: &str| {
            if let Some(mut old) = of.insert(key.to_owned(), Value::from(text)) {
                wipe(&mut old);
            }
        };
        set(&mut self.document.0, "refreshToken", refresh_token.expose());
        if let Some(Value::Object(token)) = self.document.0.get_mut("accessToken") {
            set(token, "accessKeyId", &credentials.access_key_id);
            set(token, "secretAccessKey", credentials.secret_access_key.expose());
            let session_token = credentials.session_token.as_ref();
            set(
                token,
                "sessionToken",
                session_token.map(Secret::expose).unwrap_or_default(),
            );
            let end = credentials.expires_at.unwrap_or(Timestamp::MIN);
            set(
                token,
                "expiresAt",
                &end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            );
        }
        Self {
            credentials,
            refresh_token,
            ..self
        }
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// All that the file holds, cleared when it is dropped.
struct Document(Map<String, Value>);

impl Document {
    fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }

    fn text(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(Vec::with_capacity(LARGEST));
        serde_json::to_writer(&mut *text, &self.0).map_err(io::Error::other)?;
        Ok(text)
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;

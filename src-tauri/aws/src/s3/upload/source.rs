//! The file that is sent, as it was when it was opened.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::UNIX_EPOCH;

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use cap_std::fs::Dir;
use crc_fast::Digest;
use hatrack_core::bucket::transfer::SourceFile;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

use super::super::S3Failure;
use super::super::multipart::CRC;

/// What is read of a file at once while it is sent.
const FRAME: u64 = 256 * 1024;
/// Up to here a file is read when it is opened.
const SMALL: u64 = 256 * 1024;

/// A regular file, open.
pub struct Source {
    path: Arc<Path>,
    file: Arc<File>,
    /// Its size when it was opened.
    pub size: u64,
    /// All of it, where it is small: read in the same trip to another thread, and unchanged until it was.
    pub whole: Option<Bytes>,
    opened: Metadata,
}

/// How the file is found.
#[derive(Debug, Clone)]
pub enum Found {
    /// By its path, as the person named it.
    Named,
    /// Below an open folder, which it is in: a link that was put there meanwhile leads nowhere else.
    Below(Arc<Dir>, PathBuf),
}

impl Found {
    /// Whether there is a regular file: a pipe opens only once somebody writes into it.
    fn file(&self, path: &Path) -> io::Result<File> {
        let (is_dir, is_file) = match self {
            Self::Named => std::fs::metadata(path).map(|found| (found.is_dir(), found.is_file()))?,
            Self::Below(dir, name) => dir
                .symlink_metadata(name)
                .map(|found| (found.is_dir(), found.is_file()))?,
        };
        if is_dir {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // Its length reads as 0: an empty object would be stored in its name.
        if !is_file {
            return Err(io::Error::other(match self {
                Self::Named => "it is a pipe or a device, write what it gives to a file first",
                Self::Below(..) => "it is a link, a pipe or a device, and is not followed",
            }));
        }
        match self {
            Self::Named => File::open(path),
            Self::Below(dir, name) => dir.open(name).map(cap_std::fs::File::into_std),
        }
    }
}

/// Makes a part's body, for each try anew.
pub type MakeBody = Box<dyn Fn() -> ByteStream + Send + Sync>;

impl Source {
    pub async fn open(path: &Path, found: Found) -> Result<Self, S3Failure> {
        let path: Arc<Path> = path.into();
        let at = Arc::clone(&path);
        let open = move || {
            let file = found.file(&at)?;
            let opened = file.metadata()?;
            let small = opened.len() <= SMALL;
            let whole = small.then(|| read_at(&file, 0, opened.len())).transpose();
            let now = file.metadata()?;
            Ok((file, opened, whole, now))
        };
        let (file, opened, whole, now) = blocking(&path, open).await?;
        let mut source = Self {
            path,
            file: Arc::new(file),
            size: opened.len(),
            whole: None,
            opened,
        };
        let whole = source.of_reading(whole.map_err(|why| unread(&source.path, why)))?;
        if whole.is_some() {
            source.is_as_opened(&now)?;
        }
        source.whole = whole;
        Ok(source)
    }

    /// What tells it from the file after a change.
    pub fn described(&self) -> SourceFile {
        let since = self
            .opened
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        SourceFile {
            path: std::path::absolute(&self.path)
                .unwrap_or_else(|_| self.path.to_path_buf())
                .to_string_lossy()
                .into_owned(),
            etag: None,
            size: self.size,
            modified: since
                .and_then(|since| since.as_nanos().try_into().ok())
                .unwrap_or_default(),
        }
    }

    /// Bytes `start..end`, all of them: a file that has become shorter is a failure.
    pub async fn read(&self, start: u64, end: u64) -> Result<Bytes, S3Failure> {
        let file = Arc::clone(&self.file);
        let read = move || read_at(&file, start, end);
        self.of_reading(blocking(&self.path, read).await)
    }

    /// The CRC of bytes `start..end`.
    pub async fn crc(&self, start: u64, end: u64) -> Result<u64, S3Failure> {
        let file = Arc::clone(&self.file);
        let read = move || {
            let (mut digest, mut at) = (Digest::new(CRC), start);
            while at < end {
                let next = end.min(at + FRAME);
                digest.update(&read_at(&file, at, next)?);
                at = next;
            }
            Ok(digest.finalize())
        };
        self.of_reading(blocking(&self.path, read).await)
    }

    /// A part to send, and its CRC. One of more than `held` bytes is read while it is sent, so memory stays bounded; S3
    /// refuses it if it is not what the CRC was made of.
    pub async fn part(&self, start: u64, end: u64, held: u64) -> Result<(MakeBody, u64), S3Failure> {
        if end - start <= held {
            let bytes = self.read(start, end).await?;
            let crc = crc_fast::checksum(CRC, &bytes);
            return Ok((Box::new(move || ByteStream::from(bytes.clone())), crc));
        }
        let crc = self.crc(start, end).await?;
        let file = Arc::clone(&self.file);
        let body = move || {
            let file = Arc::clone(&file);
            ByteStream::new(SdkBody::retryable(move || {
                SdkBody::from_body_1_x(FileBody {
                    file: Arc::clone(&file),
                    at: start,
                    end,
                    reading: None,
                })
            }))
        };
        Ok((Box::new(body), crc))
    }

    pub async fn unchanged(&self) -> Result<(), S3Failure> {
        let file = Arc::clone(&self.file);
        self.is_as_opened(&blocking(&self.path, move || file.metadata()).await?)
    }

    fn is_as_opened(&self, now: &Metadata) -> Result<(), S3Failure> {
        if now.len() != self.size {
            return Err(self.changed("its size is another"));
        }
        if now.modified().ok() != self.opened.modified().ok() {
            return Err(self.changed("it was written to"));
        }
        Ok(())
    }

    fn of_reading<T>(&self, read: Result<T, S3Failure>) -> Result<T, S3Failure> {
        match read {
            Err(S3Failure::Disk { why, .. }) if why.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.changed("it became shorter"))
            }
            done => done,
        }
    }

    fn changed(&self, why: &'static str) -> S3Failure {
        S3Failure::SourceChanged {
            path: self.path.to_path_buf(),
            why,
        }
    }
}

/// A piece of a file as a request's body.
struct FileBody {
    file: Arc<File>,
    at: u64,
    end: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.at >= self.end {
            return Poll::Ready(None);
        }
        let (start, end) = (self.at, self.end.min(self.at + FRAME));
        let file = Arc::clone(&self.file);
        let reading = self
            .reading
            .get_or_insert_with(|| tokio::task::spawn_blocking(move || read_at(&file, start, end)));
        let read = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        self.at = end;
        let read = read.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        Poll::Ready(Some(read.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.at)
    }
}

async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, S3Failure> {
    let done = match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(io::Error::other(stopped)),
    };
    done.map_err(|why| unread(path, why))
}

fn unread(path: &Path, why: io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing: "read",
        why,
    }
}

fn read_at(file: &File, start: u64, end: u64) -> io::Result<Bytes> {
    let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(usize::MAX)];
    read_exact_at(file, &mut bytes, start)?;
    Ok(bytes.into())
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                bytes = &mut bytes[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use cap_std::ambient_authority;

    use super::*;

    #[tokio::test]
    async fn a_link_that_is_put_there_after_the_look_leads_nowhere() -> io::Result<()> {
        let (outside, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
        std::fs::write(outside.path().join("secret"), "secret")?;
        std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("file"))?;
        std::os::unix::fs::symlink(outside.path(), folder.path().join("below"))?;
        std::fs::write(folder.path().join("plain"), "plain")?;
        let dir = Arc::new(Dir::open_ambient_dir(folder.path(), ambient_authority())?);
        let open = |name: &str| {
            let found = Found::Below(Arc::clone(&dir), name.into());
            let path = folder.path().join(name);
            async move { Source::open(&path, found).await.map(|source| source.size) }
        };
        assert!(matches!(open("file").await, Err(S3Failure::Disk { .. })));
        assert!(matches!(open("below/secret").await, Err(S3Failure::Disk { .. })));
        assert!(matches!(open("plain").await, Ok(5)));
        Ok(())
    }
}

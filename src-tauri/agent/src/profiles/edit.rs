//! What is changed in one file: the same for showing it and for writing it.

use hatrack_core::access_key::{FileChange, FileLine};
use hatrack_core::route::ProcessCommand;
use hatrack_core::shared_config::{Draft, FileKind, SharedConfig, SourceFile};
use hatrack_core::written_profile::{BEFORE_DEFAULT, DEFAULT, is_start};
use hatrack_store::shared_file::SharedFileFailure;
use hatrack_store::written_profiles::{Form, WrittenProfile};

use super::order::{KeyLine, PROCESS};

/// Puts the profile into `file`, as far as that is its file, and sets aside what stands under `default` there. What is
/// learned of the file on the way is noted in `profile`.
pub(super) fn put<'a>(
    file: &'a SourceFile,
    profile: &mut WrittenProfile,
    lines: &[KeyLine],
) -> Result<Draft<'a>, SharedFileFailure> {
    let mut draft = Draft::of(file)?;
    let is_own = file.kind == profile.kind;
    let parsed = SharedConfig::parse(std::slice::from_ref(file))?;
    let section = parsed.profile(&profile.profile);
    if is_own && is_ours(file, profile)? {
        let theirs = |key: &str| {
            let there = section.is_some_and(|section| section.properties.contains_key(key));
            there && !profile.keys.iter().any(|own| own == key)
        };
        let lines: Vec<_> = lines.iter().filter(|(key, _)| !theirs(key)).cloned().collect();
        let keys: Vec<&str> = profile.keys.iter().map(String::as_str).collect();
        draft.replace_lines(&profile.profile, &keys, &texts(&lines));
        profile.keys = keys_of(lines);
        return Ok(draft);
    }
    if let Some(before) = &mut profile.before {
        let mut lines = lines.to_vec();
        lines.extend(carried(&draft, &lines));
        let starts = section.is_some_and(|section| section.properties.keys().any(|key| is_start(key)));
        if is_own || file.kind == FileKind::Credentials || starts {
            let headers = draft.rename(DEFAULT, |_| aside(file.kind));
            // What was set aside in a first try is not there any more.
            if !headers.is_empty() {
                *match file.kind {
                    FileKind::Config => &mut before.config,
                    FileKind::Credentials => &mut before.credentials,
                } = headers;
            }
        }
        if is_own {
            profile.put = Some(draft.put_anew(DEFAULT, &texts(&lines)));
            profile.keys = keys_of(lines);
        }
    } else if is_own {
        // What stands there already stays as it is.
        let theirs = |key: &str| section.is_some_and(|section| section.properties.contains_key(key));
        let lines: Vec<_> = lines.iter().filter(|(key, _)| !theirs(key)).cloned().collect();
        let header = header(file.kind, &profile.profile);
        profile.put = Some(draft.put(&profile.profile, &header, &texts(&lines)));
        profile.keys = keys_of(lines);
    }
    Ok(draft)
}

fn keys_of(lines: Vec<KeyLine>) -> Vec<String> {
    lines.into_iter().map(|(key, _)| key).collect()
}

/// What the default profile says beside where it starts (`output`, for one) holds on. Each key once: the last wins.
fn carried(draft: &Draft<'_>, lines: &[KeyLine]) -> Vec<KeyLine> {
    let is_other = |key: &str| !is_start(key) && !lines.iter().any(|(own, _)| own == key);
    let mut carried: Vec<KeyLine> = Vec::new();
    for (key, line) in draft.lines_but(DEFAULT, is_other) {
        carried.retain(|(before, _)| *before != key);
        carried.push((key, line.into()));
    }
    carried
}

/// Takes the profile out of `file`, and brings back what stood under `default`.
pub(super) fn take_out<'a>(
    file: &'a SourceFile,
    profile: &WrittenProfile,
) -> Result<Draft<'a>, SharedFileFailure> {
    let mut draft = Draft::of(file)?;
    let parsed = SharedConfig::parse(std::slice::from_ref(file))?;
    if file.kind == profile.kind
        && let Some(put) = profile.put
        && is_ours(file, profile)?
    {
        let keys: Vec<&str> = profile.keys.iter().map(String::as_str).collect();
        draft.take_back(&profile.profile, &keys, put);
    }
    // A second `default` in one file would keep the AWS CLI from reading it at all.
    if let Some(before) = profile
        .before
        .as_ref()
        .filter(|_| !default_stays(&parsed, file.kind, profile))
    {
        let headers = match file.kind {
            FileKind::Config => &before.config,
            FileKind::Credentials => &before.credentials,
        };
        draft.rename(BEFORE_DEFAULT, |place| {
            headers.get(place).cloned().unwrap_or_else(|| DEFAULT.to_owned())
        });
    }
    Ok(draft)
}

/// Whether somebody has put more into `default` since, so that it stays when our lines have gone.
fn default_stays(parsed: &SharedConfig, kind: FileKind, profile: &WrittenProfile) -> bool {
    let own = |key: &String| kind == profile.kind && profile.keys.contains(key);
    let section = parsed.profile(DEFAULT);
    section.is_some_and(|section| kind != profile.kind || section.properties.keys().any(|key| !own(key)))
}

/// Whether what stood under `default` is still aside.
pub(super) fn is_aside(file: &SourceFile) -> Result<bool, SharedFileFailure> {
    let parsed = SharedConfig::parse(std::slice::from_ref(file))?;
    Ok(parsed.profile(BEFORE_DEFAULT).is_some())
}

/// Whether the profile stands in `file` as it was written: a line that asks `hat`, or the session's own keys.
pub(super) fn is_ours(file: &SourceFile, profile: &WrittenProfile) -> Result<bool, SharedFileFailure> {
    let parsed = SharedConfig::parse(std::slice::from_ref(file))?;
    let Some(section) = parsed.profile(&profile.profile) else {
        return Ok(false);
    };
    Ok(match &profile.form {
        Form::Process => section
            .get(PROCESS)
            .is_some_and(|line| ProcessCommand::new(line).hat_role().is_some()),
        Form::Keys { access_key_ids, .. } => section
            .get("aws_access_key_id")
            .is_some_and(|id| access_key_ids.iter().any(|own| own == id)),
    })
}

fn aside(kind: FileKind) -> String {
    match kind {
        FileKind::Config => format!("profile {BEFORE_DEFAULT}"),
        FileKind::Credentials => BEFORE_DEFAULT.to_owned(),
    }
}

fn header(kind: FileKind, profile: &str) -> String {
    match kind {
        FileKind::Config => format!("profile {profile}"),
        FileKind::Credentials => profile.to_owned(),
    }
}

fn texts(lines: &[KeyLine]) -> Vec<&str> {
    lines.iter().map(|(_, line)| line.as_str()).collect()
}

/// The draft as the person sees it before it is written.
pub(super) fn shown(file: &SourceFile, draft: &Draft<'_>) -> Option<FileChange> {
    let mut change = FileChange {
        file: file.name.to_string(),
        removed: Vec::new(),
        added: Vec::new(),
    };
    for at in draft.shown() {
        let numbered = |lines: Vec<String>| {
            let line = |(text, line)| FileLine { line, text };
            lines.into_iter().zip(at.line..).map(line)
        };
        change.removed.extend(numbered(at.removed));
        change.added.extend(numbered(at.added));
    }
    (!change.removed.is_empty() || !change.added.is_empty()).then_some(change)
}

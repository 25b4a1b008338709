//! The names of condition keys, to tell a slip of the pen from a name: the global ones, and those of STS, S3, IAM and KMS.
//!
//! Source: `keys.txt` says it; the list stands as of [`AS_OF`](super::actions::AS_OF). AWS adds keys now and then: one that
//! is not in the list may be newer than it.

use super::actions::nearest;

const LIST: &str = include_str!("keys.txt");

/// What the list says of a condition key as a policy names it. Case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Listed {
    /// It is there, or belongs to a service whose keys the list does not have.
    Known,
    /// It is there, but goes on with a name of the policy's own: `aws:PrincipalTag/`.
    Open {
        /// The key up to that name.
        start: String,
    },
    /// The list does not have it.
    Unknown {
        /// One that is almost it.
        near: Option<String>,
    },
}

pub(super) fn look_up(key: &str) -> Listed {
    let Some((prefix, name)) = key.split_once(':') else {
        return Listed::Unknown { near: None };
    };
    let prefix = prefix.to_lowercase();
    let Some(names) = of_prefix(&prefix) else {
        return Listed::Known;
    };
    let (open, plain): (Vec<&str>, Vec<&str>) = names.partition(|name| name.ends_with(['/', ':']));
    let starts = |start: &&str| {
        name.get(..start.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(start))
    };
    if let Some(start) = open.iter().find(|start| starts(start)) {
        return match name.len() > start.len() {
            true => Listed::Known,
            false => Listed::Open {
                start: format!("{prefix}:{start}"),
            },
        };
    }
    if plain.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Listed::Known;
    }
    let bare = |start: &&str| start[..start.len() - 1].eq_ignore_ascii_case(name);
    if let Some(start) = open.iter().find(|start| bare(start)) {
        return Listed::Open {
            start: format!("{prefix}:{start}"),
        };
    }
    // One that goes on is compared up to where it does.
    let (own, rest) = match name.find(['/', ':']) {
        Some(end) => name.split_at(end + 1),
        None => (name, ""),
    };
    let all = if rest.is_empty() { plain } else { open };
    Listed::Unknown {
        near: nearest(own, all.into_iter()).map(|near| format!("{prefix}:{near}{rest}")),
    }
}

/// The names under a prefix; `None` where the list has none of it.
fn of_prefix(prefix: &str) -> Option<impl Iterator<Item = &'static str>> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    let heading = format!("[{prefix}]");
    let mut lines = lines.skip_while(move |line| *line != heading);
    lines.next()?;
    let own = lines.take_while(|line| !line.starts_with('['));
    Some(own.flat_map(|line| line.split(' ')))
}

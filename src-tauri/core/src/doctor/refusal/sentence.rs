//! "User: … is not authorized to perform: … on resource: …": AWS's one sentence about a denial, taken apart.

/// The pieces of the sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sentence {
    pub caller: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    /// The sentence itself, on one line.
    pub text: String,
}

const PIVOT: &str = "not authorized to perform";

/// Finds the sentence. Of several (a session's own and the service's behind it) the last that names an action counts.
pub(super) fn find(text: &str) -> Option<Sentence> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = flat.to_ascii_lowercase();
    let mut found: Option<Sentence> = None;
    for (at, _) in lower.match_indices(PIVOT) {
        let sentence = around(&flat, at);
        let better = found
            .as_ref()
            .is_none_or(|old| sentence.action.is_some() && (old.action.is_none() || old.caller.is_none()));
        if better {
            found = Some(sentence);
        }
    }
    found
}

fn around(flat: &str, pivot: usize) -> Sentence {
    let before = &flat[..pivot];
    let after = flat[pivot + PIVOT.len()..].trim_start_matches([':', ' ']);
    let start = before.rfind("User:").or_else(|| before.rfind("User "));
    let caller = start.and_then(|at| word(before[at + "User:".len()..].trim_start()));
    let caller = caller.filter(|c| c.starts_with("arn:") || c.eq_ignore_ascii_case("anonymous"));
    let mut words = after.split(' ');
    let action = words.next().and_then(action);
    let resource = resource(after);
    let from = start
        .filter(|at| pivot - at < 400)
        .unwrap_or_else(|| sentence_start(before));
    Sentence {
        caller,
        action,
        resource,
        text: flat
            [from..pivot + PIVOT.len() + (flat[pivot + PIVOT.len()..].len() - after.len()) + end(after)]
            .trim()
            .to_owned(),
    }
}

/// Where the sentence starts that has no "User:" in front.
fn sentence_start(before: &str) -> usize {
    before.rfind([':', '.', '{', '"', '>']).map_or(0, |at| at + 1)
}

/// How much of what follows belongs to the sentence: to where an SDK goes on.
fn end(after: &str) -> usize {
    const STOPS: [&str; 12] = [
        " (Service:",
        " status code:",
        " (SDK Attempt",
        "\"}",
        "</Message>",
        " Encoded authorization",
        " (RequestId",
        " at ",
        " with aws_",
        " on main.tf",
        " {",
        " Status Code:",
    ];
    STOPS
        .iter()
        .filter_map(|stop| after.find(stop))
        .min()
        .unwrap_or(after.len())
        .min(after.floor_char_boundary(900.min(after.len())))
}

/// `service:Action`, with whatever stands around it cut off.
fn action(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '*'));
    let (service, name) = word.split_once(':')?;
    let legal = |s: &str, more: &str| {
        !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    (legal(service, "-") && legal(name, "*") && !service.starts_with("arn")).then(|| word.to_owned())
}

fn word(text: &str) -> Option<String> {
    let word = text
        .split([' ', '"', '\'', ',', '`', '<', '>'])
        .find(|w| !w.is_empty())?;
    Some(trimmed(word).to_owned())
}

fn trimmed(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ':', ')', ']', '}', '\\'])
}

/// What follows "on resource:": an ARN, or IAM's `role Reader`.
fn resource(after: &str) -> Option<String> {
    let lower = after.to_ascii_lowercase();
    let at = [
        "on resource:",
        "on resource ",
        "on the resource:",
        "on the resource ",
    ]
    .iter()
    .filter_map(|words| Some((lower.find(words)?, words.len())))
    .min()?;
    // Not that of a later sentence.
    if at.0 > 120 {
        return None;
    }
    let rest = after[at.0 + at.1..].trim_start_matches([' ', '"', '\'', '`', '\\']);
    if rest.is_empty() {
        return None;
    }
    if rest.starts_with("arn:") || rest.starts_with('*') {
        if let Some(object) = whole_object(rest) {
            return Some(object.to_owned());
        }
        // A key may hold spaces; it ends where AWS goes on, or at its quote.
        let ends = [
            " because ",
            " with an explicit",
            "\"",
            "'",
            "\\\"",
            "`",
            "</",
            " (",
            " status code",
            ",",
            ";",
        ];
        let cut = ends
            .iter()
            .filter_map(|e| rest.find(e))
            .min()
            .unwrap_or(rest.len());
        let whole = &rest[..cut];
        let one = whole.split(' ').next().unwrap_or(whole);
        let keyed = whole.contains(":s3:::") && cut < rest.len();
        return Some(trimmed(if keyed { whole } else { one }).to_owned()).filter(|r| !r.is_empty());
    }
    let mut words = rest.split(' ');
    let first = trimmed(words.next()?);
    const SORTS: [&str; 8] = [
        "role", "user", "group", "policy", "instance", "table", "mfa", "server",
    ];
    match words.next() {
        Some(name) if SORTS.contains(&first.to_ascii_lowercase().as_str()) && !trimmed(name).is_empty() => {
            let name = name.split(['"', '\'', '<', '`']).next().unwrap_or(name);
            Some(format!("{first} {}", trimmed(name)))
        }
        // "the resource associated with this ciphertext": AWS does not name it.
        _ if at.1 == "on the resource ".len() => None,
        _ => word(first).filter(|w| !w.eq_ignore_ascii_case("because")),
    }
}

/// An object's ARN where AWS's sentence goes on with its reason: whatever stands before that is the key.
fn whole_object(rest: &str) -> Option<&str> {
    let reasons = [" because ", " with an explicit"];
    let cut = reasons.iter().filter_map(|words| rest.find(words)).min()?;
    let whole = rest[..cut].trim_end_matches(['"', '\\', '`']);
    let is_one =
        !whole.contains(['"', '\n', '<']) && !whole.contains(" (Service") && !whole.contains(" status code");
    (whole.contains(":s3:::") && is_one).then_some(whole)
}

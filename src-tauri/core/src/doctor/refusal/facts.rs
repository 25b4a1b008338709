//! Code, status, operation and request ID, in the forms that commands and SDKs print them in.

use super::{Because, Refusal, RefusalKind, Reported, because, kind, sentence};

pub(super) fn of(reported: &Reported) -> Refusal {
    let message = reported.message.clone().unwrap_or_default();
    let mut read = read(&message);
    let own = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
    read.code = own(&reported.code).or(read.code);
    read.status = reported.status.or(read.status);
    read.operation = own(&reported.operation).or(read.operation);
    read.action = read.action.or_else(|| own(&reported.action));
    read.resource = read.resource.or_else(|| own(&reported.resource));
    read.request_id = own(&reported.request_id).or(read.request_id);
    read.kind = kind_of(&read, &message);
    read.message = message;
    read
}

pub(super) fn read(text: &str) -> Refusal {
    let sentence = sentence::find(text);
    let said = sentence.clone().unwrap_or_default();
    let mut refusal = Refusal {
        kind: RefusalKind::Unknown,
        code: code(text),
        message: if said.text.is_empty() {
            text.trim().to_owned()
        } else {
            said.text
        },
        status: status(text),
        operation: operation(text),
        caller: said.caller,
        action: said.action,
        resource: said.resource,
        because: because::read(text),
        encoded: encoded(text),
        request_id: request_id(text),
        right_region: right_region(text),
    };
    refusal.kind = kind_of(&refusal, text);
    refusal
}

fn kind_of(refusal: &Refusal, text: &str) -> RefusalKind {
    let by_code = refusal.code.as_deref().and_then(kind::of_code);
    let by_words = kind::of_words(text);
    let kind = match (by_code, by_words) {
        // AWS has given MFA, clocks and durations the codes of other things; the words are closer.
        (
            _,
            Some(
                words @ (RefusalKind::MfaNeeded
                | RefusalKind::ClockSkew
                | RefusalKind::TooLong
                | RefusalKind::RegionNotEnabled),
            ),
        ) => words,
        (Some(RefusalKind::NotAuthorized), Some(RefusalKind::KeyNotAuthorized)) => {
            RefusalKind::KeyNotAuthorized
        }
        (Some(RefusalKind::BareForbidden), Some(words)) => words,
        (Some(RefusalKind::UnknownKey | RefusalKind::NoCredentials), Some(RefusalKind::Expired)) => {
            RefusalKind::Expired
        }
        (Some(code), _) => code,
        // Words without a code: a sentence about an action counts more than what else stands in the text.
        (None, _) if refusal.action.is_some() => RefusalKind::NotAuthorized,
        (None, Some(words)) => words,
        (None, None) if refusal.because.is_some() => RefusalKind::NotAuthorized,
        (None, None) if refusal.status == Some(403) => RefusalKind::BareForbidden,
        (None, None) if refusal.status == Some(301) => RefusalKind::WrongRegion,
        (None, None) if refusal.status == Some(429) => RefusalKind::Throttled,
        (None, None) => RefusalKind::Unknown,
    };
    let of_key = refusal
        .action
        .as_deref()
        .is_some_and(|a| a.to_ascii_lowercase().starts_with("kms:"))
        || refusal.because == Some(Because::KeyHidden);
    match kind {
        RefusalKind::NotAuthorized if of_key => RefusalKind::KeyNotAuthorized,
        other => other,
    }
}

/// The text between two markers.
fn between<'a>(text: &'a str, from: &str, to: &[char]) -> Option<&'a str> {
    let at = text.find(from)? + from.len();
    let rest = text[at..].trim_start();
    let end = rest.find(to).unwrap_or(rest.len());
    Some(rest[..end].trim()).filter(|t| !t.is_empty())
}

/// The error code, wherever the tool puts it.
fn code(text: &str) -> Option<String> {
    let places: [(&str, &[char]); 13] = [
        ("An error occurred (", &[')']),
        ("an error occurred (", &[')']),
        ("<Code>", &['<']),
        ("Error Code: ", &[';', ')', ',']),
        ("ErrorCode: ", &[';', ')', ',', '\n']),
        ("api error ", &[':', '\n']),
        ("\"__type\":", &[',', '}']),
        ("\"Code\":", &[',', '}']),
        ("\"errorCode\":", &[',', '}']),
        ("\"code\":", &[',', '}']),
        ("errorCode: ", &[',', '\n', '}']),
        ("Code: ", &[',', '\n', '}', ';', ' ']),
        ("code: ", &[',', '\n', '}', ';', ' ']),
    ];
    let shaped = |word: &str| {
        let word = word.trim_matches(['"', '\'', ' ']).to_owned();
        let legal = !word.is_empty()
            && word.len() < 80
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._#-".contains(c));
        legal.then_some(word)
    };
    let placed = places
        .iter()
        .filter_map(|(from, to)| shaped(between(text, from, to)?))
        .find(|c| kind::of_code(c).is_some() || c.chars().any(|x| x.is_ascii_uppercase()));
    placed.or_else(|| standing_alone(text))
}

/// A code that we know, standing at the beginning of a clause: `AccessDenied: Access Denied`.
fn standing_alone(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.len() > 6 && word.chars().next().is_some_and(|c| c.is_ascii_uppercase()))
        .find(|word| {
            word.chars().any(|c| c.is_ascii_lowercase())
                && *word != "Forbidden"
                && *word != "Expired"
                && *word != "Throttled"
                && *word != "Throttling"
                && kind::of_code(word).is_some()
        })
        .map(str::to_owned)
}

fn status(text: &str) -> Option<u16> {
    let lower = text.to_ascii_lowercase();
    let places = [
        "statuscode: ",
        "status code: ",
        "statuscode=",
        "status_code: ",
        "httpstatuscode: ",
        "\"httpstatuscode\":",
        "httpstatuscode': ",
        "an error occurred (",
        "http status code: ",
        "status: ",
        "response code: ",
        "http/1.1 ",
        "returned error: ",
        "http ",
    ];
    let number = |from: &str| {
        let at = lower.find(from)? + from.len();
        let digits: String = lower[at..]
            .trim_start()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse::<u16>().ok().filter(|s| (100..600).contains(s))
    };
    places.iter().find_map(|from| number(from)).or_else(|| {
        ["403 forbidden", "(403)", "403:", "forbidden (403"]
            .iter()
            .any(|w| lower.contains(w))
            .then_some(403)
    })
}

fn operation(text: &str) -> Option<String> {
    let shaped = |word: &str| {
        let word = word.trim();
        let legal = word.len() > 2
            && word.len() < 60
            && word.chars().next().is_some_and(|c| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_alphanumeric());
        legal.then(|| word.to_owned())
    };
    // The AWS CLI and boto3; then the second Go SDK, which names the service first.
    between(text, "when calling the ", &[' '])
        .and_then(shaped)
        .or_else(|| {
            let call = between(text, "operation error ", &[','])?;
            shaped(call.rsplit(':').next()?)
        })
}

fn encoded(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find("encoded authorization failure message:")?
        + "encoded authorization failure message:".len();
    let word: String = text[at..]
        .chars()
        .skip_while(|c| c.is_whitespace())
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '/' | '='))
        .collect();
    (word.len() > 20).then_some(word)
}

fn request_id(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let places = [
        "requestid: ",
        "request id: ",
        "request-id: ",
        "<requestid>",
        "\"requestid\":",
        "requestid:",
        "request id:",
        "\"x-amzn-requestid\":",
        "x-amz-request-id: ",
        "x-amzn-requestid: ",
        "request_id: ",
        "requestid=",
    ];
    places.iter().find_map(|from| {
        let at = lower.find(from)? + from.len();
        let id: String = text[at..]
            .chars()
            .skip_while(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '['))
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        (id.len() >= 8 && id.chars().any(|c| c.is_ascii_digit())).then_some(id)
    })
}

/// The region that S3 says it expects.
fn right_region(text: &str) -> Option<String> {
    let shaped = |r: &str| {
        let legal = r.split('-').count() >= 3
            && r.len() < 30
            && r.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        legal.then(|| r.to_owned())
    };
    between(text, "expecting '", &['\''])
        .and_then(shaped)
        .or_else(|| between(text, "<Region>", &['<']).and_then(shaped))
        .or_else(|| between(text, "x-amz-bucket-region: ", &['\n', '\r', ' ', ',']).and_then(shaped))
        .or_else(|| between(text, "the bucket is in '", &['\'']).and_then(shaped))
}

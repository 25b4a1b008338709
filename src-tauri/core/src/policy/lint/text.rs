//! The damage that copying from web pages and word processors does, and mending it.

use std::collections::BTreeMap;

use super::{Check, Found, view};
use crate::policy::error::Position;
use crate::policy::json::{self, Node, Value};

/// Quotes that JSON does not know.
const QUOTES: &str =
    "\u{201c}\u{201d}\u{201e}\u{201f}\u{2018}\u{2019}\u{201a}\u{201b}\u{ab}\u{bb}\u{2033}\u{2036}\u{ff02}";
/// Spaces that JSON does not know.
const SPACES: &str = "\u{a0}\u{2002}\u{2003}\u{2007}\u{2009}\u{202f}\u{3000}";
/// Characters that nobody sees.
const INVISIBLE: &str = "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}";
/// Dashes that stand where a hyphen was.
const DASHES: &str = "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}";

/// What one character was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Damage {
    Quote,
    Space,
    Invisible,
    Dash,
    TrailingComma,
    /// In a name or a value that may well have it: told, and left as it is.
    OwnDash,
    OwnInvisible,
}

impl Damage {
    fn is_own(self) -> bool {
        matches!(self, Self::OwnDash | Self::OwnInvisible)
    }
}

/// Says what damage there is; the mended text where all of it could be mended.
pub(super) fn look(text: &str, found: &mut Found) -> Option<String> {
    let repaired = repair(text);
    // One finding a line and kind: a pasted line has four such quotes.
    let mut told: BTreeMap<(u32, Damage), (Position, usize)> = BTreeMap::new();
    for (at, one) in &repaired.damage {
        told.entry((at.line, *one)).or_insert((*at, 0)).1 += 1;
    }
    let mended = repaired.mended();
    for ((_, one), (at, count)) in told {
        let what = described(one, count);
        let advice = match one {
            Damage::OwnDash => "Type a hyphen if one is meant.",
            Damage::OwnInvisible => "Leave it out unless the name really has it.",
            _ if mended.is_some() => "The mended text has it right.",
            _ => "Type it anew.",
        };
        match one.is_own() {
            true => found.warning(Check::PastedCharacter, at, what, advice),
            false => found.error(Check::PastedCharacter, at, what, advice),
        }
    }
    mended
}

fn described(damage: Damage, count: usize) -> String {
    let counted = |name: &str| match count {
        1 => format!("One {name}"),
        _ => format!("{count} {name}s"),
    };
    match damage {
        Damage::Quote => format!(
            "{} here, as word processors and web pages write quotes; policies take only straight ones (\").",
            counted("typographic quote")
        ),
        Damage::Space => format!("{} here that JSON does not take.", counted("special space")),
        Damage::Invisible | Damage::OwnInvisible => format!("{} here.", counted("invisible character")),
        Damage::Dash => format!("{} here where a hyphen belongs.", counted("dash")),
        Damage::OwnDash => format!("{} here that looks like a hyphen and is none.", counted("dash")),
        Damage::TrailingComma => "A comma before a closing bracket; JSON takes none there.".to_owned(),
    }
}

/// A text without its damage.
struct Repaired {
    text: String,
    damage: Vec<(Position, Damage)>,
    /// Whether it is JSON now.
    whole: bool,
}

impl Repaired {
    /// With straight quotes, plain spaces and hyphens, and without commas before a closing bracket. `None` where nothing is
    /// to be mended, or where the outcome would still be no JSON.
    fn mended(&self) -> Option<String> {
        let any = self.damage.iter().any(|(_, damage)| !damage.is_own());
        (any && self.whole).then(|| self.text.clone())
    }
}

fn repair(text: &str) -> Repaired {
    // Quotes inside of a text are its own, unless only so it becomes JSON.
    for straight_closes in [false, true] {
        let (outside, mut damage) = structure(text, straight_closes);
        if let Ok(tree) = json::read(&outside) {
            let (text, inside) = strings(&outside, &owners(&tree));
            damage.extend(inside);
            let whole = json::read(&text).is_ok();
            return Repaired { text, damage, whole };
        }
    }
    let (outside, mut damage) = structure(text, true);
    let (text, inside) = strings(&outside, &BTreeMap::new());
    damage.extend(inside);
    Repaired {
        text,
        damage,
        whole: false,
    }
}

/// Where a text in quotes was opened, and by what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Straight,
    Typographic,
}

/// Mends everything but what is inside of texts, one character for one, so that each keeps its place. With
/// `typographic_closes` a typographic quote ends a text that a straight one began, too.
fn structure(text: &str, typographic_closes: bool) -> (String, Vec<(Position, Damage)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut damage = Vec::new();
    let mut at = Position::START;
    let mut inside = Inside::Nothing;
    let mut escaped = false;
    for (i, &c) in chars.iter().enumerate() {
        let here = at;
        // A byte order mark at the start is no damage, and takes no place.
        if i == 0 && c == '\u{feff}' {
            out.push(c);
            continue;
        }
        step(&mut at, c);
        let mut mend = |what: Damage, by: char| {
            damage.push((here, what));
            out.push(by);
        };
        let closes_text = inside == Inside::Typographic || typographic_closes;
        match (inside, c) {
            _ if escaped => {
                escaped = false;
                out.push(c);
            }
            (Inside::Nothing, '"') => {
                inside = Inside::Straight;
                out.push(c);
            }
            (Inside::Nothing, c) if QUOTES.contains(c) => {
                inside = Inside::Typographic;
                mend(Damage::Quote, '"');
            }
            (Inside::Nothing, c) if SPACES.contains(c) => mend(Damage::Space, ' '),
            (Inside::Nothing, c) if INVISIBLE.contains(c) => mend(Damage::Invisible, ' '),
            (Inside::Nothing, ',') if closes(&chars[i + 1..], "}]") => mend(Damage::TrailingComma, ' '),
            (Inside::Nothing, c) => out.push(c),
            (_, '"') => {
                inside = Inside::Nothing;
                out.push(c);
            }
            // It is closing only where something of JSON follows.
            (_, c) if QUOTES.contains(c) && closes_text && closes(&chars[i + 1..], ",:}]") => {
                inside = Inside::Nothing;
                mend(Damage::Quote, '"');
            }
            (_, c) => {
                escaped = c == '\\';
                out.push(c);
            }
        }
    }
    (out, damage)
}

/// Which part of a text may have characters beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// A resource's ARN: what comes after its fifth colon, in S3 the object's key.
    Key,
    /// A condition key: a tag's key, which comes after its slash.
    Tag,
    /// All of it: a condition's value, a name that the policy's author gave.
    All,
}

fn owners(tree: &Node) -> BTreeMap<Position, Own> {
    let mut owners = BTreeMap::new();
    if let Value::Object(members) = &tree.value {
        let id = members.iter().filter(|member| member.name == "Id");
        owners.extend(id.map(|member| (member.node.at, Own::All)));
    }
    for statement in view::statements(tree) {
        owners.extend(statement.resources.iter().map(|r| (r.at, Own::Key)));
        owners.extend(statement.sid.iter().map(|sid| (sid.at, Own::All)));
        owners.extend(statement.conditions.iter().map(|c| (c.key.at, Own::Tag)));
        let values = statement.conditions.iter().flat_map(|c| &c.values);
        owners.extend(values.map(|value| (value.at, Own::All)));
    }
    owners
}

/// How far into an ARN a text is.
#[derive(Default)]
struct Along {
    colons: usize,
    service: String,
    /// Whether a slash came, and whether one came after the fifth colon.
    slash: bool,
    slash_in_name: bool,
}

impl Along {
    fn step(&mut self, c: char) {
        match c {
            ':' => self.colons += 1,
            '/' => {
                self.slash = true;
                self.slash_in_name |= self.colons >= 5;
            }
            c if self.colons == 2 => self.service.push(c),
            _ => {}
        }
    }

    /// Names of IAM and of buckets are plain ones.
    fn at_key(&self) -> bool {
        self.colons >= 5
            && match self.service.as_str() {
                "iam" | "sts" => false,
                "s3" => self.slash_in_name,
                _ => true,
            }
    }
}

/// Mends what is inside of texts, where nothing else can be meant.
fn strings(text: &str, owners: &BTreeMap<Position, Own>) -> (String, Vec<(Position, Damage)>) {
    let mut out = String::with_capacity(text.len());
    let mut damage = Vec::new();
    let mut at = Position::START;
    let mut inside: Option<(Option<Own>, Along)> = None;
    let mut escaped = false;
    for (i, c) in text.chars().enumerate() {
        let here = at;
        if i == 0 && c == '\u{feff}' {
            out.push(c);
            continue;
        }
        step(&mut at, c);
        let Some((own, along)) = &mut inside else {
            if c == '"' {
                inside = Some((owners.get(&here).copied(), Along::default()));
            }
            out.push(c);
            continue;
        };
        along.step(c);
        let kept = match own {
            None => false,
            Some(Own::All) => true,
            Some(Own::Key) => along.at_key(),
            Some(Own::Tag) => along.slash,
        };
        let dash = DASHES.contains(c);
        if !escaped && (dash || INVISIBLE.contains(c)) {
            let (what, by) = match (dash, kept) {
                (true, true) => (Damage::OwnDash, Some(c)),
                (true, false) => (Damage::Dash, Some('-')),
                (false, true) => (Damage::OwnInvisible, Some(c)),
                (false, false) => (Damage::Invisible, None),
            };
            damage.push((here, what));
            out.extend(by);
            continue;
        }
        if c == '"' && !escaped {
            inside = None;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    (out, damage)
}

fn step(at: &mut Position, c: char) {
    if c == '\n' {
        at.line += 1;
        at.column = 1;
    } else {
        at.column += 1;
    }
}

/// Whether the next character that is no blank is one of these.
fn closes(rest: &[char], marks: &str) -> bool {
    let blank = |c: &char| c.is_whitespace() || SPACES.contains(*c) || INVISIBLE.contains(*c);
    rest.iter()
        .find(|c| !blank(c))
        .is_some_and(|c| marks.contains(*c))
}

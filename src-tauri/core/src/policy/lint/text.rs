//! The damage that copying from web pages and word processors does, and mending it.

use super::{Check, Found};
use crate::policy::error::Position;
use crate::policy::json;

/// Quotes that JSON does not know.
const QUOTES: &str =
    "\u{201c}\u{201d}\u{201e}\u{201f}\u{2018}\u{2019}\u{201a}\u{201b}\u{ab}\u{bb}\u{2033}\u{2036}\u{ff02}";
/// Spaces that JSON does not know.
const SPACES: &str = "\u{a0}\u{2002}\u{2003}\u{2007}\u{2009}\u{202f}\u{3000}";
/// Characters that nobody sees.
const INVISIBLE: &str = "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}";
/// Dashes that stand where a hyphen was.
const DASHES: &str = "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}";

/// What one character outside JSON was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Quote,
    Space,
    Invisible,
    Dash,
    TrailingComma,
}

/// The text with straight quotes, plain spaces and hyphens, and without commas before a closing bracket. `None` where
/// nothing is to be mended, or where the outcome would still be no JSON.
pub fn mend(text: &str) -> Option<String> {
    let (mended, damage) = repair(text);
    (!damage.is_empty() && json::read(&mended).is_ok()).then_some(mended)
}

/// Says what damage there is; the mended text where all of it could be mended.
pub(super) fn look(text: &str, found: &mut Found) -> Option<String> {
    let (mended, damage) = repair(text);
    let whole = !damage.is_empty() && json::read(&mended).is_ok();
    let mut last: Option<(u32, Damage)> = None;
    for (at, one) in &damage {
        // One finding a line and kind: a pasted line has four such quotes.
        if last.replace((at.line, *one)) == Some((at.line, *one)) {
            continue;
        }
        let count = damage
            .iter()
            .filter(|(p, d)| p.line == at.line && d == one)
            .count();
        let what = match one {
            Damage::Quote => format!(
                "{} here, as word processors and web pages write quotes; policies take only straight ones (\").",
                counted(count, "typographic quote")
            ),
            Damage::Space => format!(
                "{} here that JSON does not take.",
                counted(count, "special space")
            ),
            Damage::Invisible => format!("{} here.", counted(count, "invisible character")),
            Damage::Dash => format!("{} here where a hyphen belongs.", counted(count, "dash")),
            Damage::TrailingComma => "A comma before a closing bracket; JSON takes none there.".to_owned(),
        };
        let advice = if whole {
            "The mended text has it right."
        } else {
            "Type it anew."
        };
        found.error(Check::PastedCharacter, *at, what, advice);
    }
    whole.then_some(mended)
}

fn counted(count: usize, name: &str) -> String {
    match count {
        1 => format!("One {name}"),
        _ => format!("{count} {name}s"),
    }
}

/// Where a text in quotes was opened, and by what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Straight,
    Typographic,
}

fn repair(text: &str) -> (String, Vec<(Position, Damage)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut damage = Vec::new();
    let mut at = Position::START;
    let mut inside = Inside::Nothing;
    let mut escaped = false;
    for (i, &c) in chars.iter().enumerate() {
        let here = at;
        step(&mut at, c);
        let mut mend = |what: Damage, by: Option<char>| {
            damage.push((here, what));
            out.extend(by);
        };
        if escaped {
            escaped = false;
            out.push(c);
            continue;
        }
        match (inside, c) {
            (Inside::Nothing, '"') => {
                inside = Inside::Straight;
                out.push(c);
            }
            (Inside::Nothing, c) if QUOTES.contains(c) => {
                inside = Inside::Typographic;
                mend(Damage::Quote, Some('"'));
            }
            (Inside::Nothing, c) if SPACES.contains(c) => mend(Damage::Space, Some(' ')),
            // A byte order mark at the start is no damage.
            (Inside::Nothing, '\u{feff}') if i == 0 => out.push(c),
            (Inside::Nothing, c) if INVISIBLE.contains(c) => mend(Damage::Invisible, None),
            (Inside::Nothing, ',') if closes(&chars[i + 1..], "}]") => mend(Damage::TrailingComma, Some(' ')),
            (Inside::Nothing, c) => out.push(c),
            (_, '"') => {
                inside = Inside::Nothing;
                out.push(c);
            }
            // A closing one; inside a text it is closing only where something of JSON follows.
            (_, c) if QUOTES.contains(c) && closes(&chars[i + 1..], ",:}]") => {
                inside = Inside::Nothing;
                mend(Damage::Quote, Some('"'));
            }
            (_, c) if INVISIBLE.contains(c) => mend(Damage::Invisible, None),
            (_, c) if DASHES.contains(c) => mend(Damage::Dash, Some('-')),
            (_, '\\') => {
                escaped = true;
                out.push(c);
            }
            (_, c) => out.push(c),
        }
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

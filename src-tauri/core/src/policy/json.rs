//! A JSON reader that knows where each value stands, so that a fault in a policy can be shown at its place.
//!
//! Source: RFC 8259. Stricter than the RFC in one point: an object key given twice is a fault, because the
//! readers of AWS and of people would disagree about which one counts.

use super::error::{Fault, PolicyError, Position};

/// Policies nest five levels; this leaves room and bounds the stack.
const DEEPEST: usize = 64;

/// A value and where it starts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub at: Position,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// As written: condition values are compared as text or as decimals, never as floats read by us.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

/// One `"name": value` of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub at: Position,
    pub name: String,
    pub node: Node,
}

/// Reads one JSON value that must be the whole text. A leading byte order mark is skipped.
pub(super) fn read(text: &str) -> Result<Node, PolicyError> {
    let mut reader = Reader {
        rest: text.strip_prefix('\u{feff}').unwrap_or(text),
        at: Position::START,
    };
    let node = reader.value(0)?;
    reader.skip_blank();
    match reader.peek() {
        None => Ok(node),
        Some(found) => Err(reader.unexpected(found, "the end of the policy")),
    }
}

struct Reader<'a> {
    rest: &'a str,
    at: Position,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.at.line += 1;
            self.at.column = 1;
        } else {
            self.at.column += 1;
        }
        Some(c)
    }

    fn fault(&self, fault: Fault) -> PolicyError {
        PolicyError { at: self.at, fault }
    }

    fn unexpected(&self, found: char, expected: &'static str) -> PolicyError {
        if "\u{201c}\u{201d}\u{201e}\u{201f}\u{2018}\u{2019}\u{ab}\u{bb}\u{2033}".contains(found) {
            return self.fault(Fault::TypographicQuote(found));
        }
        self.fault(Fault::UnexpectedCharacter { found, expected })
    }

    fn skip_blank(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, PolicyError> {
        self.skip_blank();
        let at = self.at;
        if depth > DEEPEST {
            return Err(self.fault(Fault::TooDeep));
        }
        let value = match self.peek() {
            None => return Err(self.fault(Fault::UnexpectedEnd)),
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Value::Text(self.text()?),
            Some('-' | '0'..='9') => Value::Number(self.number()?),
            Some('t') => self.word("true", Value::Bool(true))?,
            Some('f') => self.word("false", Value::Bool(false))?,
            Some('n') => self.word("null", Value::Null)?,
            Some(found) => return Err(self.unexpected(found, "a value")),
        };
        Ok(Node { at, value })
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, PolicyError> {
        for wanted in word.chars() {
            match self.peek() {
                Some(c) if c == wanted => self.next(),
                Some(found) => return Err(self.unexpected(found, word)),
                None => return Err(self.fault(Fault::UnexpectedEnd)),
            };
        }
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Value, PolicyError> {
        self.next();
        let mut members: Vec<Member> = Vec::new();
        self.skip_blank();
        if self.peek() == Some('}') {
            self.next();
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_blank();
            let at = self.at;
            match self.peek() {
                Some('"') => {}
                Some(found) => return Err(self.unexpected(found, "a quoted name")),
                None => return Err(self.fault(Fault::UnexpectedEnd)),
            }
            let name = self.text()?;
            if members.iter().any(|m| m.name == name) {
                return Err(PolicyError {
                    at,
                    fault: Fault::DuplicateName(name),
                });
            }
            self.punctuation(':', "a colon")?;
            let node = self.value(depth + 1)?;
            members.push(Member { at, name, node });
            if self.more('}', "a comma or a closing brace")? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, PolicyError> {
        self.next();
        let mut items = Vec::new();
        self.skip_blank();
        if self.peek() == Some(']') {
            self.next();
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.more(']', "a comma or a closing bracket")? {
                return Ok(Value::List(items));
            }
        }
    }

    fn punctuation(&mut self, wanted: char, name: &'static str) -> Result<(), PolicyError> {
        self.skip_blank();
        match self.peek() {
            Some(c) if c == wanted => {
                self.next();
                Ok(())
            }
            Some(found) => Err(self.unexpected(found, name)),
            None => Err(self.fault(Fault::UnexpectedEnd)),
        }
    }

    /// Whether the container is closed here (`true`) or goes on after a comma (`false`).
    fn more(&mut self, close: char, expected: &'static str) -> Result<bool, PolicyError> {
        self.skip_blank();
        match self.peek() {
            Some(',') => {
                self.next();
                Ok(false)
            }
            Some(c) if c == close => {
                self.next();
                Ok(true)
            }
            Some(found) => Err(self.unexpected(found, expected)),
            None => Err(self.fault(Fault::UnexpectedEnd)),
        }
    }

    fn text(&mut self) -> Result<String, PolicyError> {
        self.next();
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err(self.fault(Fault::UnexpectedEnd)),
                Some('"') => {
                    self.next();
                    return Ok(text);
                }
                Some('\\') => {
                    self.next();
                    text.push(self.escape()?);
                }
                Some(c) if c < ' ' => return Err(self.fault(Fault::ControlCharacter)),
                Some(c) => {
                    self.next();
                    text.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, PolicyError> {
        let bad = self.fault(Fault::BadEscape);
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let high = self.four_hex(&bad)?;
                let code = match high {
                    0xd800..=0xdbff => {
                        if self.next() != Some('\\') || self.next() != Some('u') {
                            return Err(bad);
                        }
                        let low = self.four_hex(&bad)?;
                        if !(0xdc00..=0xdfff).contains(&low) {
                            return Err(bad);
                        }
                        0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                    }
                    other => other,
                };
                char::from_u32(code).ok_or(bad)?
            }
            _ => return Err(bad),
        })
    }

    fn four_hex(&mut self, bad: &PolicyError) -> Result<u32, PolicyError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self
                .next()
                .and_then(|c| c.to_digit(16))
                .ok_or_else(|| bad.clone())?;
            code = code * 16 + digit;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<String, PolicyError> {
        let bad = self.fault(Fault::BadNumber);
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_digit() || "+-.eE".contains(*c)) {
            text.push(c);
            self.next();
        }
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let leading_zero =
            digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let starts_right = digits.starts_with(|c: char| c.is_ascii_digit());
        let ends_right = digits.ends_with(|c: char| c.is_ascii_digit());
        let bare_point = digits.contains(".e") || digits.contains(".E");
        if leading_zero || !starts_right || !ends_right || bare_point || text.parse::<f64>().is_err() {
            return Err(bad);
        }
        Ok(text)
    }
}

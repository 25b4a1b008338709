//! JSON that keeps the order of its members and the text of its values, so that a changed policy is still the
//! administrator's own.

use serde_json::Value;

/// A JSON value in the order in which it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::doctor) enum Json {
    /// A text, number, true, false or null, as it is written.
    Plain(String),
    List(Vec<Self>),
    /// The names with their quotes.
    Object(Vec<(String, Self)>),
}

/// A small list or object stays on its line up to this column.
const WIDTH: usize = 100;
const DEEPEST: usize = 64;

impl Json {
    pub fn text(text: &str) -> Self {
        Self::Plain(Value::from(text).to_string())
    }

    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| (Value::from(name).to_string(), value))
                .collect(),
        )
    }

    /// Of one text the text itself, as AWS takes it too.
    pub fn texts(texts: &[String]) -> Self {
        match texts {
            [one] => Self::text(one),
            many => Self::List(many.iter().map(|t| Self::text(t)).collect()),
        }
    }

    /// The member of that name.
    pub fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
        let quoted = Value::from(name).to_string();
        match self {
            Self::Object(members) => members
                .iter_mut()
                .find(|(n, _)| *n == quoted)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Reads JSON. `None` where it is none.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).ok()?;
        let mut reader = Reader {
            text: text.trim_start_matches('\u{feff}'),
            at: 0,
        };
        reader.value(0)
    }

    /// As text, two blanks a level.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0, 0);
        out
    }

    /// On one line, without blanks that nobody needs.
    pub fn compact(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::compact).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(n, v)| format!("{n}:{}", v.compact()))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    fn write(&self, out: &mut String, level: usize, column: usize) {
        if let Some(line) = self.on_a_line().filter(|line| column + line.len() <= WIDTH) {
            out.push_str(&line);
            return;
        }
        let inner = "  ".repeat(level + 1);
        let (open, close, count) = match self {
            Self::Plain(text) => {
                out.push_str(text);
                return;
            }
            Self::List(items) => ('[', ']', items.len()),
            Self::Object(members) => ('{', '}', members.len()),
        };
        out.push(open);
        let mut each = |index: usize, name: &str, value: &Self| {
            out.push('\n');
            out.push_str(&inner);
            out.push_str(name);
            value.write(out, level + 1, inner.len() + name.len());
            if index + 1 < count {
                out.push(',');
            }
        };
        match self {
            Self::Plain(_) => {}
            Self::List(items) => items.iter().enumerate().for_each(|(i, v)| each(i, "", v)),
            Self::Object(members) => {
                members
                    .iter()
                    .enumerate()
                    .for_each(|(i, (n, v))| each(i, &format!("{n}: "), v));
            }
        }
        out.push('\n');
        out.push_str(&"  ".repeat(level));
        out.push(close);
    }

    /// What holds no more than texts, or one member that does, is read more easily on one line.
    fn on_a_line(&self) -> Option<String> {
        match self {
            Self::Plain(text) => Some(text.clone()),
            Self::List(items) if items.is_empty() => Some("[]".to_owned()),
            Self::Object(members) if members.is_empty() => Some("{}".to_owned()),
            Self::List(items) => {
                let plain = |item: &Self| matches!(item, Self::Plain(_)).then(|| item.compact());
                let items: Option<Vec<String>> = items.iter().map(plain).collect();
                Some(format!("[{}]", items?.join(", ")))
            }
            Self::Object(members) => {
                let [(name, value)] = &members[..] else {
                    return None;
                };
                let value = match value {
                    Self::Object(_) => return None,
                    other => other.on_a_line()?,
                };
                Some(format!("{{ {name}: {value} }}"))
            }
        }
    }
}

/// Over text that serde_json has read before: only where pieces start and end is still open.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.text().map(Json::Plain),
            _ => {
                let rest = &self.text[self.at..];
                let end = rest
                    .find([',', ']', '}', ' ', '\n', '\r', '\t'])
                    .unwrap_or(rest.len());
                self.at += end;
                Some(Json::Plain(rest[..end].to_owned()))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.take(b'{')?;
        let mut members = Vec::new();
        while self.peek()? != b'}' {
            let name = self.text()?;
            self.take(b':')?;
            members.push((name, self.value(depth + 1)?));
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.take(b'}')?;
        Some(Json::Object(members))
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        self.take(b'[')?;
        let mut items = Vec::new();
        while self.peek()? != b']' {
            items.push(self.value(depth + 1)?);
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.take(b']')?;
        Some(Json::List(items))
    }

    fn text(&mut self) -> Option<String> {
        self.peek()?;
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            match *bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at).map(str::to_owned)
    }
}

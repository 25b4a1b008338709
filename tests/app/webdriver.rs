//! A WebDriver client: just the calls that these tests need (W3C WebDriver, Recommendation of 2018).

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// A session with one page.
pub struct WebDriver {
    port: u16,
    session: String,
}

/// An element of the page.
#[derive(Clone)]
pub struct Element(String);

type Answer<T> = Result<T, String>;

/// The key of an element's reference in answers (section 12, "Elements").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Element {
    /// As an argument of a script.
    pub fn reference(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

impl WebDriver {
    /// Has the driver on `port` start `binary`.
    pub fn start(port: u16, binary: &str, arguments: &[&str]) -> Answer<Self> {
        let wanted = json!({ "webkitgtk:browserOptions": { "binary": binary, "args": arguments } });
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let answer = ask(port, "POST", "/session", Some(&body))?;
        let session = answer["sessionId"].as_str().ok_or("no session")?.to_owned();
        Ok(Self { port, session })
    }

    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer<Value> {
        ask(
            self.port,
            method,
            &format!("/session/{}{path}", self.session),
            body.as_ref(),
        )
    }

    /// The elements that match now.
    pub fn all(&self, css: &str) -> Answer<Vec<Element>> {
        let found = self.ask(
            "POST",
            "/elements",
            Some(json!({ "using": "css selector", "value": css })),
        )?;
        let found = found.as_array().ok_or("no list of elements")?;
        Ok(found
            .iter()
            .filter_map(|each| each[ELEMENT].as_str())
            .map(|id| Element(id.to_owned()))
            .collect())
    }

    pub fn click(&self, element: &Element) -> Answer<()> {
        self.ask("POST", &format!("/element/{}/click", element.0), Some(json!({})))
            .map(drop)
    }

    pub fn text(&self, element: &Element) -> Answer<String> {
        let text = self.ask("GET", &format!("/element/{}/text", element.0), None)?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Presses keys one after another with whatever has the focus; `+` holds: `Ctrl+Enter`.
    pub fn press(&self, keys: &[&str]) -> Answer<()> {
        let mut actions = Vec::new();
        for chord in keys {
            let held: Vec<_> = chord.split('+').map(key).collect();
            actions.extend(held.iter().map(|key| json!({ "type": "keyDown", "value": key })));
            actions.extend(
                held.iter()
                    .rev()
                    .map(|key| json!({ "type": "keyUp", "value": key })),
            );
        }
        let source = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.ask("POST", "/actions", Some(json!({ "actions": [source] })))
            .map(drop)
    }

    /// Runs a function body in the page and gives what it returns.
    pub fn run(&self, body: &str, arguments: &[Value]) -> Answer<Value> {
        self.ask(
            "POST",
            "/execute/sync",
            Some(json!({ "script": body, "args": arguments })),
        )
    }

    /// The same, for a body that calls the function after its arguments with its result.
    pub fn run_async(&self, body: &str, arguments: &[Value]) -> Answer<Value> {
        self.ask(
            "POST",
            "/execute/async",
            Some(json!({ "script": body, "args": arguments })),
        )
    }

    /// A picture of the page in base64, a PNG.
    pub fn picture(&self) -> Answer<String> {
        Ok(self
            .ask("GET", "/screenshot", None)?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }
}

impl Drop for WebDriver {
    fn drop(&mut self) {
        let _ = self.ask("DELETE", "", None);
    }
}

/// Named keys and their code points (section 17.4.2, "Keyboard actions").
fn key(name: &str) -> String {
    let code = match name {
        "Ctrl" => '\u{E009}',
        "Shift" => '\u{E008}',
        "Alt" => '\u{E00A}',
        "Enter" => '\u{E006}',
        "Tab" => '\u{E004}',
        "Escape" => '\u{E00C}',
        "Space" => ' ',
        "Down" => '\u{E015}',
        "Up" => '\u{E013}',
        "Right" => '\u{E014}',
        "Left" => '\u{E012}',
        "Backspace" => '\u{E003}',
        other => return other.to_owned(),
    };
    code.to_string()
}

/// One request over a connection of its own.
fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Answer<Value> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let failed = |why: std::io::Error| why.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .map_err(failed)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .map_err(failed)?;
    let answer = read_answer(&mut stream)?;
    let answer: Value = serde_json::from_slice(&answer).map_err(|why| why.to_string())?;
    match answer["value"]["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", answer["value"]["message"])),
        None => Ok(answer["value"].clone()),
    }
}

/// The body of an answer that has a Content-Length, or ends with the connection.
fn read_answer(stream: &mut impl Read) -> Answer<Vec<u8>> {
    let (mut raw, mut part) = (Vec::new(), [0; 65536]);
    loop {
        if let Some(head) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&raw[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: Option<usize> = length.and_then(|length| length.trim().parse().ok());
            if length.is_some_and(|length| raw.len() >= head + 4 + length) {
                return Ok(raw.split_off(head + 4));
            }
        }
        // A signal to another thread is no answer: an order whose answer is not waited for would be given twice.
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => raw.extend_from_slice(&part[..read]),
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => return Err(why.to_string()),
        }
    }
    let head = raw
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or("the driver closed the connection")?;
    Ok(raw.split_off(head + 4))
}

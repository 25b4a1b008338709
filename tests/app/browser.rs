//! The person's browser, as far as a sign-in needs one: a program that notes what it is told to open, and somebody who
//! answers the page.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::app::Variables;
use crate::patience::eventually;

/// A browser of its own.
pub struct Browser {
    folder: tempfile::TempDir,
}

impl Browser {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let browser = Self { folder };
        let program = browser.folder.path().join("browser");
        let noted = browser.noted();
        fs::write(
            &program,
            format!(
                "#!/bin/sh\necho \"$*\" >> '{0}-with'\nfor last; do :; done\necho \"$last\" >> '{0}'\n",
                noted.display()
            ),
        )
        .unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        browser
    }

    fn noted(&self) -> PathBuf {
        self.folder.path().join("opened")
    }

    /// `variables`, and those that make this the person's browser.
    pub fn among(&self, mut variables: Variables) -> Variables {
        let program = self.folder.path().join("browser");
        variables.push(("BROWSER".into(), program.to_string_lossy().into_owned()));
        variables
    }

    /// `variables`, and those that make this a browser that is known by `name`.
    pub fn among_the_known(&self, mut variables: Variables, name: &str) -> Variables {
        fs::rename(self.folder.path().join("browser"), self.folder.path().join(name)).unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.folder.path().display());
        variables.push(("PATH".into(), path));
        variables
    }

    /// Waits until it has opened a page, and gives every word that it was told.
    pub fn told(&self) -> String {
        self.page();
        fs::read_to_string(self.folder.path().join("opened-with")).unwrap()
    }

    /// Every address that it was told to open.
    pub fn opened(&self) -> Vec<String> {
        let noted = fs::read_to_string(self.noted()).unwrap_or_default();
        noted.lines().map(str::to_owned).collect()
    }

    /// Waits until it has opened a page.
    pub fn page(&self) -> String {
        eventually("a page is opened", || self.opened().pop())
    }
}

/// Allows the sign-in that `page` asks for, as the first user of the portal, and goes where that leads.
pub fn allow(page: &str, portal: &Value) {
    let (host, path, query) = parts(page);
    let user = portal["users"][0]["name"].as_str().unwrap();
    let form = format!("{query}&user={user}&decision=allow");
    let answer = ask(
        &host,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        ),
    );
    let to = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then(|| value.to_owned())
    });
    // The page of a device code leads nowhere.
    if let Some(to) = to {
        let (host, path, query) = parts(&to);
        let line = format!("GET {path}?{query} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let landed = ask(&host, &line);
        assert!(landed.starts_with("HTTP/1.1 200"), "{landed}");
    }
}

/// What stands at an address.
pub fn fetch(address: &str) -> String {
    let (host, path, query) = parts(address);
    let line = format!("GET {path}?{query} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    ask(&host, &line)
}

fn parts(address: &str) -> (String, String, String) {
    let rest = address
        .strip_prefix("http://")
        .unwrap_or_else(|| panic!("{address}"));
    let (host, rest) = rest.split_once('/').unwrap();
    let (path, query) = rest.split_once('?').unwrap();
    (host.to_owned(), format!("/{path}"), query.to_owned())
}

fn ask(host: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

//! The app itself, as a plain process and under WebDriver.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::desktop::{Desktop, Process};
use crate::patience::{LIMIT, PAUSE, eventually, holds};
use crate::webdriver::{Element, WebDriver};

/// The app: HATRACK_BIN, else the one that Cargo has just built.
pub fn hatrack() -> PathBuf {
    std::env::var_os("HATRACK_BIN").map_or_else(|| env!("CARGO_BIN_EXE_hatrack").into(), PathBuf::from)
}

/// `hat` beside it, which `cargo build -p hat` makes.
pub fn hat() -> PathBuf {
    let hat = hatrack().with_file_name("hat");
    assert!(
        hat.exists(),
        "{} is missing: run `cargo build -p hat` first",
        hat.display()
    );
    hat
}

/// Notes whether an element gets the next click.
const LISTEN: &str = "window.clickTaken = false;
    arguments[0].addEventListener('click', () => { window.clickTaken = true }, { once: true, capture: true });";

/// Types letter by letter as the person's own editing does, so that the page hears of each. The driver's keyboard is
/// not used for whole texts: about once in a hundred times WebKit's driver answers "timeout" to them and types them all
/// the same. Whatever has begun is not typed again when its answer was lost.
const TYPE: &str = "const [field, text, order] = arguments;
    if (window.typed === order) return;
    if (document.activeElement !== field) {
        field.focus();
        if (document.activeElement !== field) throw new Error('it takes no focus');
        field.setSelectionRange(field.value.length, field.value.length);
    }
    for (const letter of text) {
        if (!document.execCommand('insertText', false, letter)) throw new Error('it takes no letter');
        window.typed = order;
    }";

/// The variables that a test gives its programs.
pub type Variables = Vec<(String, String)>;

/// The app as a plain process, without WebDriver.
pub fn start(desktop: &Desktop, variables: &Variables, arguments: &[&str]) -> Process {
    hat();
    let mut command = desktop.command(hatrack());
    command.envs(variables.iter().cloned()).args(arguments);
    Process::start(command.stdout(desktop.said()).stderr(desktop.said()))
}

/// The app with a driver at its page. The driver ends it.
pub struct App {
    page: Option<WebDriver>,
    _driver: Process,
}

impl App {
    /// Starts it and waits until its page shows.
    pub fn start(desktop: &Desktop, variables: &Variables, arguments: &[&str]) -> Self {
        hat();
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.envs(variables.iter().cloned());
        let driver = Process::start(command.stdout(desktop.said()).stderr(desktop.said()));
        holds("the driver listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let binary = hatrack();
        let page = WebDriver::start(port, &binary.to_string_lossy(), arguments).unwrap();
        let app = Self {
            page: Some(page),
            _driver: driver,
        };
        app.find("nav-roles");
        app
    }

    pub fn page(&self) -> &WebDriver {
        self.page.as_ref().unwrap()
    }

    fn css(testid: &str, data: &[(&str, &str)]) -> String {
        let data = data
            .iter()
            .map(|(name, value)| format!("[data-{name}={}]", json!(value)));
        format!("[data-testid={testid}]{}", data.collect::<String>())
    }

    /// Waits for an element with this test ID and these `data-` attributes.
    #[track_caller]
    pub fn find_with(&self, testid: &str, data: &[(&str, &str)]) -> Element {
        let css = Self::css(testid, data);
        eventually(&format!("{css} is there"), || {
            self.page().all(&css).ok()?.into_iter().next()
        })
    }

    #[track_caller]
    pub fn find(&self, testid: &str) -> Element {
        self.find_with(testid, &[])
    }

    /// Waits for an element that a selector tells.
    #[track_caller]
    pub fn find_css(&self, css: &str) -> Element {
        eventually(&format!("{css} is there"), || {
            self.page().all(css).ok()?.into_iter().next()
        })
    }

    /// Whether one is there now.
    pub fn has(&self, testid: &str, data: &[(&str, &str)]) -> bool {
        self.page()
            .all(&Self::css(testid, data))
            .is_ok_and(|found| !found.is_empty())
    }

    /// Waits until none is there.
    #[track_caller]
    pub fn gone(&self, testid: &str, data: &[(&str, &str)]) {
        holds(&format!("{testid} {data:?} is gone"), || !self.has(testid, data));
    }

    /// Clicks, once it is there and can be clicked. An element that was drawn anew in between is found again.
    #[track_caller]
    pub fn click_with(&self, testid: &str, data: &[(&str, &str)]) {
        self.click_css(&Self::css(testid, data));
    }

    /// The same for any selector. What moved between the driver's look and its click was missed, and what is
    /// disabled takes none: both are clicked again.
    #[track_caller]
    pub fn click_css(&self, css: &str) {
        let since = Instant::now();
        while let Err(why) = self.try_click(css) {
            assert!(since.elapsed() < LIMIT, "{css} cannot be clicked: {why}");
            std::thread::sleep(PAUSE);
        }
    }

    fn try_click(&self, css: &str) -> Result<(), String> {
        let page = self.page();
        let element = page.all(css)?.into_iter().next().ok_or("it is not there")?;
        page.run(LISTEN, &[element.reference()])?;
        let clicked = page.click(&element);
        // A page that went away with the click has taken it, and so has one that says so although the driver does not.
        match (page.run("return window.clickTaken", &[]), clicked) {
            (Ok(Value::Bool(true)), _) => Ok(()),
            (Ok(Value::Bool(false)), Ok(())) => Err("it took no click".into()),
            (_, clicked) => clicked,
        }
    }

    /// Clicks what ends the app: the driver may lose it before it can answer.
    #[track_caller]
    pub fn click_to_quit(&self, testid: &str) {
        let element = self.find(testid);
        holds(&format!("{testid} takes the click"), || {
            match self.page().click(&element) {
                Ok(()) => true,
                Err(why) => why.starts_with("invalid session id"),
            }
        });
    }

    #[track_caller]
    pub fn click(&self, testid: &str) {
        self.click_with(testid, &[]);
    }

    /// Types into an element.
    #[track_caller]
    pub fn type_into(&self, testid: &str, text: &str) {
        static ORDERS: AtomicU64 = AtomicU64::new(1);
        let order = ORDERS.fetch_add(1, Ordering::Relaxed);
        let since = Instant::now();
        while let Err(why) = self.try_typing(testid, text, order) {
            assert!(since.elapsed() < LIMIT, "{testid} takes no text: {why}");
            std::thread::sleep(PAUSE);
        }
    }

    fn try_typing(&self, testid: &str, text: &str, order: u64) -> Result<(), String> {
        let page = self.page();
        let element = page
            .all(&Self::css(testid, &[]))?
            .into_iter()
            .next()
            .ok_or("it is not there")?;
        page.run(TYPE, &[element.reference(), text.into(), order.into()])
            .map(drop)
    }

    /// What an element says now.
    #[track_caller]
    pub fn text(&self, testid: &str) -> String {
        eventually(&format!("{testid} can be read"), || {
            let element = self
                .page()
                .all(&Self::css(testid, &[]))
                .ok()?
                .into_iter()
                .next()?;
            self.page().text(&element).ok()
        })
    }

    /// Waits until an element's text satisfies `wanted`.
    #[track_caller]
    pub fn text_that(&self, testid: &str, what: &str, mut wanted: impl FnMut(&str) -> bool) -> String {
        eventually(&format!("{testid} {what}"), || {
            let element = self
                .page()
                .all(&Self::css(testid, &[]))
                .ok()?
                .into_iter()
                .next()?;
            self.page().text(&element).ok().filter(|text| wanted(text))
        })
    }

    /// Invokes a command as the page could. `Err` holds what it rejected with.
    pub fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let body = "const [command, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, args).then(
                (value) => done({ ok: value ?? null }), (error) => done({ refused: error ?? null }));";
        let answer = self.page().run_async(body, &[json!(command), arguments]).unwrap();
        match answer.get("refused") {
            Some(refused) => Err(refused.clone()),
            None => Ok(answer["ok"].clone()),
        }
    }

    /// Saves a picture of the page.
    pub fn save_picture(&self, file: &std::path::Path) {
        save(&self.page().picture().unwrap(), file);
    }

    /// Closes the window's process as the driver does.
    pub fn close(mut self) {
        self.end();
    }

    /// The same for one that is to be replaced.
    pub fn end(&mut self) {
        self.page.take();
    }
}

impl Drop for App {
    /// A test that fails leaves a picture of where it was, if HATRACK_FAILED names a folder.
    fn drop(&mut self) {
        let folder = std::env::var_os("HATRACK_FAILED").filter(|_| std::thread::panicking());
        if let (Some(folder), Some(page)) = (folder, &self.page)
            && let Ok(picture) = page.picture()
        {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("test").replace("::", "-");
            save(&picture, &PathBuf::from(folder).join(name + ".png"));
        }
    }
}

fn save(picture: &str, file: &std::path::Path) {
    use base64::Engine as _;
    let picture = base64::engine::general_purpose::STANDARD.decode(picture).unwrap();
    std::fs::write(file, picture).unwrap();
}

/// `hat` with arguments; its JSON.
pub fn hat_json(desktop: &Desktop, variables: &Variables, arguments: &[&str]) -> Value {
    let mut command = desktop.command(hat());
    command
        .envs(variables.iter().cloned())
        .args(arguments)
        .arg("--json");
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "hat {arguments:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// For `Command` builders of tests that need their output.
pub fn plain(desktop: &Desktop, program: impl AsRef<OsStr>, variables: &Variables) -> Command {
    let mut command = desktop.command(program);
    command.envs(variables.iter().cloned());
    command
}

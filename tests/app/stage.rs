//! A window on the stories, and what a person does there with buckets.

use std::path::PathBuf;

use serde_json::Value;

use crate::app::{App, hat, hat_json, plain};
use crate::desktop::Desktop;
use crate::drag::Drag;
use crate::journey::{open_bucket, walk_to};
use crate::patience::holds;
use crate::screen::Screen;
use crate::steps::switch;
use crate::world::{Story, World};

const TITLE: &str = "Sandbox – Hatrack";
/// A window on the stories.
pub struct Stage {
    pub app: App,
    pub screen: Screen,
    pub world: World,
    pub desktop: Desktop,
}

impl Stage {
    pub fn set(arguments: &[&str]) -> Self {
        let desktop = Desktop::new();
        let world = World::start(&desktop, arguments);
        let screen = Screen::of(&desktop);
        let app = App::start(&desktop, &world.variables(), &[]);
        Self {
            app,
            screen,
            world,
            desktop,
        }
    }

    /// Closes the window and opens it again.
    pub fn open_again(&mut self) {
        self.app.end();
        // Its process holds this as long as it lives; another would only show the first one's window.
        let lock = self.world.home().join("window.lock");
        holds("the first window's process has ended", || {
            std::fs::File::open(&lock).is_ok_and(|lock| lock.try_lock().is_ok())
        });
        self.app = App::start(&self.desktop, &self.world.variables(), &[]);
    }

    /// Switches to the story's role and shows its bucket.
    pub fn browse(&self, story: Story<'_>) {
        switch(&self.app, story);
        self.app.click("browse-s3");
        open_bucket(&self.app, story.bucket());
        self.app.find("object-row");
    }

    /// Downloads an object by the selection bar, and compares it with the sandbox's own.
    pub fn downloads(&self, story: Story<'_>) {
        let key = story.first_key();
        walk_to(&self.app, key);
        self.app.click_with("object-row", &[("key", key)]);
        self.app.click("download-button");
        let name = key.rsplit('/').next().unwrap();
        self.app
            .find_with("transfer-row", &[("name", name), ("state", "done")]);
        let file = self.desktop.home().join("Downloads").join(name);
        assert!(!std::fs::read(file).unwrap().is_empty());
    }

    /// Drops a file onto the list, as a file manager does.
    pub fn drops(&self, name: &str) {
        let file = self.desktop.home().join(name);
        std::fs::write(&file, "from this computer\n").unwrap();
        let drag = Drag::over(&self.desktop, self.screen.window(TITLE), &[&file]);
        self.app.find("drop-target");
        drag.drop_there();
    }

    pub fn history(&self, event: &str, outcome: &str) -> Vec<Value> {
        let rows = hat_json(&self.desktop, &self.world.variables(), &["history"]);
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["event"] == event && row["outcome"] == outcome)
            .cloned()
            .collect()
    }

    /// What is dropped is refused, in AWS's words and with its request ID.
    pub fn write_is_refused(&self) {
        self.drops("not-allowed.txt");
        self.app.find_with(
            "transfer-row",
            &[
                ("kind", "upload"),
                ("name", "not-allowed.txt"),
                ("state", "failed"),
            ],
        );
        let denied = self.history("upload", "denied");
        assert_eq!(denied.len(), 1, "{denied:?}");
        assert!(denied[0]["request_id"].is_string(), "{denied:?}");
    }

    /// What `hat s3` says with a story's role, as JSON.
    pub fn s3(&self, story: Story<'_>, words: &[&str]) -> Value {
        let words = [&["s3"], words, &["--role", story.profile()]].concat();
        hat_json(&self.desktop, &self.world.variables(), &words)
    }

    /// The bytes of an object, as `hat` gets them.
    pub fn bytes(&self, story: Story<'_>, place: &str) -> Vec<u8> {
        let mut cat = plain(&self.desktop, hat(), &self.world.variables());
        let cat = cat.args(["s3", "cat", place, "--role", story.profile()]).output();
        let cat = cat.unwrap();
        assert!(cat.status.success(), "{}", String::from_utf8_lossy(&cat.stderr));
        cat.stdout
    }

    /// Puts an object there, as `hat` does.
    pub fn put(&self, story: Story<'_>, place: &str, text: &str) {
        let file = self.desktop.home().join("put");
        std::fs::write(&file, text).unwrap();
        self.s3(story, &["cp", &file.to_string_lossy(), place]);
    }

    /// Waits until the path above the list is this, `bucket/prefix`.
    #[track_caller]
    pub fn is_at(&self, place: &str) {
        let path = "const crumbs = document.querySelectorAll('[data-testid=crumbs] .crumb');
            return [...crumbs].map((crumb) => crumb.textContent.trim()).join('/')";
        holds(&format!("the list is of {place}"), || {
            self.app.page().run(path, &[]).is_ok_and(|shown| shown == place)
        });
    }

    /// Leaves a picture where HATRACK_SHOTS is set.
    pub fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("HATRACK_SHOTS") {
            self.app
                .save_picture(&PathBuf::from(folder).join(format!("{name}.png")));
        }
    }
}

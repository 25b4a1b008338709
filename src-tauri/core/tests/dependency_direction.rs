//! Dependencies point one way: `core <- aws, store <- agent <- hat, hatrack`, and `core <- sandbox <- hat`.
//! Read from `cargo metadata`, so that a line in any `Cargo.toml` that turns one around fails here.

#![allow(clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Each package of ours, and those of ours that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("hatrack-core", &[]),
    ("hatrack-aws", &["hatrack-core"]),
    ("hatrack-store", &["hatrack-core"]),
    ("hatrack-sandbox", &["hatrack-core"]),
    ("hatrack-agent", &["hatrack-core", "hatrack-aws", "hatrack-store"]),
    (
        "hat",
        &[
            "hatrack-core",
            "hatrack-aws",
            "hatrack-store",
            "hatrack-agent",
            "hatrack-sandbox",
        ],
    ),
    (
        "hatrack",
        &["hatrack-core", "hatrack-aws", "hatrack-store", "hatrack-agent"],
    ),
];

/// What must not be reachable from a package in the shipped build, however indirectly, and why.
const ABSENT: &[(&str, &[&str], &str)] = &[
    (
        "hatrack-core",
        &[
            "tokio",
            "hyper",
            "rustls",
            "aws-sdk-sts",
            "aws-sdk-s3",
            "sqlx",
            "keyring",
            "tauri",
            "rustix",
            "notify",
        ],
        "the rules know no network, disk, window or SDK",
    ),
    (
        "hatrack-aws",
        &["sqlx", "keyring", "tauri"],
        "calling AWS stores nothing and shows nothing",
    ),
    (
        "hatrack-store",
        &["aws-sdk-sts", "aws-sdk-s3", "tauri", "hyper"],
        "what rests on disk calls nobody",
    ),
    ("hatrack-agent", &["tauri", "s3s"], "the agent has no window"),
    (
        "hatrack-sandbox",
        &["sqlx", "keyring", "tauri", "aws-sdk-sts"],
        "the sandbox is AWS's side, not ours",
    ),
    (
        "hat",
        &["tauri", "webkit2gtk"],
        "a server without a display runs hat",
    ),
    (
        "hatrack",
        &["hatrack-sandbox", "s3s"],
        "the window starts the sandbox as a process of its own",
    ),
];

#[test]
fn packages_use_only_what_lies_below_them() {
    let graph = Graph::read();
    let expected: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        graph.ours(),
        expected,
        "a package was added or renamed: give it a place in ALLOWED"
    );

    for (package, allowed) in ALLOWED {
        for used in graph.direct(package, Scope::Shipped) {
            assert!(
                !expected.contains(&used) || allowed.contains(&used.as_str()),
                "{package} must not depend on {used}: dependencies point one way"
            );
        }
    }
}

#[test]
fn doctor_and_the_rules_never_see_the_sandbox() {
    let graph = Graph::read();
    for used in graph.direct("hatrack-core", Scope::TestsToo) {
        assert!(
            !graph.ours().contains(&used),
            "hatrack-core must not use {used}, not even in tests: what diagnoses must not read the worlds"
        );
    }
}

#[test]
fn absences_hold_however_indirect_the_way() {
    let graph = Graph::read();
    for (package, absent, why) in ABSENT {
        let reachable = graph.reachable(package);
        for name in *absent {
            assert!(
                graph.names.values().any(|known| known == name),
                "no package is called {name}: a slip here?"
            );
            assert!(!reachable.contains(*name), "{package} reaches {name}, but {why}");
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Shipped,
    TestsToo,
}

struct Graph {
    names: BTreeMap<String, String>,
    members: BTreeSet<String>,
    /// From a package's id to the ids it uses, with whether the shipped build uses them.
    edges: BTreeMap<String, Vec<(String, bool)>>,
}

impl Graph {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args([
                "metadata",
                "--format-version",
                "1",
                "--locked",
                "--filter-platform",
            ])
            .arg(host())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");

        let names = list(&metadata["packages"])
            .map(|p| (text(&p["id"]), text(&p["name"])))
            .collect();
        let members = list(&metadata["workspace_members"]).map(text).collect();
        let edges = list(&metadata["resolve"]["nodes"])
            .map(|node| (text(&node["id"]), list(&node["deps"]).map(edge).collect()))
            .collect();
        Self {
            names,
            members,
            edges,
        }
    }

    fn ours(&self) -> BTreeSet<String> {
        self.members.iter().map(|id| self.names[id].clone()).collect()
    }

    fn id(&self, name: &str) -> &str {
        self.members
            .iter()
            .find(|id| self.names[*id] == name)
            .map(String::as_str)
            .expect("a package of ours")
    }

    fn direct(&self, package: &str, scope: Scope) -> BTreeSet<String> {
        self.edges[self.id(package)]
            .iter()
            .filter(|(_, shipped)| *shipped || scope == Scope::TestsToo)
            .map(|(id, _)| self.names[id].clone())
            .collect()
    }

    fn reachable(&self, package: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![self.id(package).to_owned()];
        while let Some(id) = open.pop() {
            for (next, shipped) in &self.edges[&id] {
                if *shipped && seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen.iter().map(|id| self.names[id].clone()).collect()
    }
}

/// A dependency counts as shipped unless only tests (`kind: dev`) or build scripts (`kind: build`) use it.
fn edge(dependency: &Value) -> (String, bool) {
    (
        text(&dependency["pkg"]),
        list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()),
    )
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("rustc names its host")
        .to_owned()
}

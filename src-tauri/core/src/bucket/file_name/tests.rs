#![allow(clippy::unwrap_used)]

use std::path::Component;

use proptest::prelude::*;

use super::*;

const ALL: [FileRules; 3] = [FileRules::Unix, FileRules::MacOs, FileRules::Windows];

fn path(key: &str, rules: FileRules) -> String {
    local_path(key, "", rules).unwrap().components().join("/")
}

#[test]
fn c31_keys_that_climb_are_skipped() {
    for key in [
        "../../x",
        "a/../../x",
        "a/../x",
        "..\\..\\x",
        "a\\..\\x",
        "./x",
        "a/./x",
    ] {
        for rules in ALL {
            assert_eq!(
                local_path(key, "", rules),
                Err(Skipped::Climbs(key.into())),
                "{key}"
            );
        }
    }
}

#[test]
fn c32_bare_dots_are_skipped() {
    for key in ["..", ".", "prefix/..", "prefix/."] {
        assert_eq!(
            local_path(key, "", FileRules::Unix),
            Err(Skipped::Climbs(key.into())),
            "{key}"
        );
    }
    assert_eq!(
        local_path("prefix/..", "prefix/", FileRules::Unix),
        Err(Skipped::Climbs("prefix/..".into()))
    );
}

#[test]
fn c33_absolute_keys_are_skipped() {
    for key in ["/etc/x", "C:\\x", "C:/x", "\\\\srv\\x", "\\x", "c:"] {
        for rules in ALL {
            assert_eq!(
                local_path(key, "", rules),
                Err(Skipped::Absolute(key.into())),
                "{key}"
            );
        }
    }
    assert_eq!(
        local_path("p//etc/x", "p/", FileRules::Unix),
        Err(Skipped::Absolute("p//etc/x".into()))
    );
}

#[test]
fn c34_dots_inside_a_name_are_allowed() {
    for key in ["a..b", "...", "..a", "a../b", ".hidden"] {
        assert_eq!(path(key, FileRules::Unix), key);
    }
}

#[test]
fn c35_control_characters_are_escaped() {
    assert_eq!(path("a\0b\nc\x7f", FileRules::Unix), "a%00b%0Ac%7F");
    assert_eq!(
        path("invoice\u{202e}fdp.exe", FileRules::Unix),
        "invoice%E2%80%AEfdp.exe"
    );
}

#[test]
fn c67_a_key_cannot_pass_for_what_an_unfinished_download_left() {
    for rules in ALL {
        assert_eq!(path(".hatrack-ab.part", rules), "%2Ehatrack-ab.part");
        assert_eq!(
            path("d/.HatRac\u{212a}-ab.journal", rules),
            "d/%2EHatRac\u{212a}-ab.journal"
        );
        assert_eq!(path(".hatrack", rules), ".hatrack");
    }
}

#[test]
fn c36_device_names_are_renamed_on_windows() {
    let cases = [
        ("CON", "CON_"),
        ("nul.txt", "nul_.txt"),
        ("COM¹", "COM¹_"),
        ("CONOUT$", "CONOUT$_"),
        ("lpt9.tar.gz", "lpt9_.tar.gz"),
        ("a/aux/b", "a/aux_/b"),
        ("COM", "COM"),
        ("COM10", "COM10"),
        ("console", "console"),
    ];
    for (key, name) in cases {
        assert_eq!(path(key, FileRules::Windows), name);
        assert_eq!(path(key, FileRules::Unix), key);
    }
}

#[test]
fn c37_ends_and_streams_are_renamed_on_windows() {
    let cases = [
        ("a.", "a%2E"),
        ("a ", "a%20"),
        ("file:stream", "file%3Astream"),
        ("a<b>|?*\"", "a%3Cb%3E%7C%3F%2A%22"),
        ("a\\b", "a%5Cb"),
        ("nul ", "nul%20"),
    ];
    for (key, name) in cases {
        assert_eq!(path(key, FileRules::Windows), name);
        assert_eq!(path(key, FileRules::Unix), key);
    }
    assert_eq!(path("a:b", FileRules::MacOs), "a%3Ab");
}

#[test]
fn c38_long_names_are_shortened_and_stay_apart() {
    for rules in ALL {
        let one = path(&format!("{}1.tar.gz", "x".repeat(256)), rules);
        let two = path(&format!("{}2.tar.gz", "x".repeat(256)), rules);
        assert!(one.len() <= LONGEST_NAME && one.ends_with(".gz"), "{one}");
        assert_ne!(one, two);
    }
    let wide = path(&"ä".repeat(512), FileRules::Unix);
    assert!(wide.len() <= LONGEST_NAME);
    let deep = "d/".repeat(511) + "xx";
    assert_eq!(path(&deep, FileRules::Unix), deep);
}

#[test]
fn c43_empty_segments_and_folder_markers_crash_nothing() {
    assert_eq!(path("a//b", FileRules::Unix), "a/b");
    for key in ["dir/", "a///", "/", ""] {
        assert_eq!(
            local_path(key, "", FileRules::Unix),
            Err(Skipped::Folder(key.into())),
            "{key}"
        );
    }
}

#[test]
fn the_listed_prefix_is_left_off() {
    let below = local_path("logs/2026/a.txt", "logs/", FileRules::Unix).unwrap();
    assert_eq!(below.components(), ["2026", "a.txt"]);
    assert_eq!(
        (below.folders(), below.file_name()),
        (&["2026".to_owned()][..], "a.txt")
    );
}

#[test]
fn numbers_come_before_the_extension() {
    assert_eq!(numbered("a.txt", 1), "a.txt");
    assert_eq!(numbered("a.txt", 2), "a (2).txt");
    assert_eq!(numbered(".bashrc", 3), ".bashrc (3)");
    assert!(numbered(&"x".repeat(LONGEST_NAME), u32::MAX).len() <= 255);
}

/// What has been used to climb out of folders, and what one file system or another does not take.
const PIECES: [&str; 36] = [
    "..",
    ".",
    "/",
    "\\",
    "//",
    "../",
    "..\\",
    "/..",
    "\0",
    "\n",
    "%2e%2e",
    "%2F",
    "\u{202e}",
    "\u{2066}",
    "\u{ff0e}\u{ff0e}",
    "\u{2215}",
    "\u{212a}",
    "e\u{301}",
    "C:",
    ":",
    "\\\\srv\\",
    "\\\\?\\",
    "~",
    " ",
    ".hatrack-",
    ".part",
    "CON",
    "nul",
    "COM\u{b9}",
    "CONOUT$",
    ".txt",
    "a",
    "\u{1f600}",
    "*",
    "|",
    "\u{7f}",
];

/// The same keys for the same seed.
fn key_of(seed: &mut u64) -> String {
    let mut roll = |sides: usize| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed >> 11) as usize % sides
    };
    let mut key = String::new();
    for _ in 0..=roll(9) {
        match roll(40) {
            0 => key.push_str(&"x".repeat(roll(600))),
            1 => key.extend(char::from_u32(roll(0x11_0000) as u32)),
            _ => key.push_str(PIECES[roll(PIECES.len())]),
        }
    }
    key
}

#[test]
fn c31_to_c43_none_of_many_made_keys_leaves_the_folder() {
    let keys = std::env::var("HATRACK_TEST_KEYS").ok();
    let keys: u64 = keys.and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let (mut seed, mut files, mut skipped) = (0x9e37_79b9_7f4a_7c15, 0u64, 0u64);
    for n in 0..keys {
        let key = key_of(&mut seed);
        let rules = ALL[(n % 3) as usize];
        let Ok(path) = local_path(&key, "", rules) else {
            skipped += 1;
            continue;
        };
        files += 1;
        assert!(!path.components().is_empty(), "{key:?}");
        for name in path.components() {
            let plain = !name.is_empty() && name != "." && name != ".." && name.len() <= 255;
            let one = !name.contains(['/', '\0']) && (rules == FileRules::Unix || !name.contains(':'));
            let ours = name.to_lowercase().starts_with(".hatrack-");
            assert!(plain && one && !ours, "{key:?}: {name:?}");
            assert!(
                rules != FileRules::Windows || !name.contains('\\'),
                "{key:?}: {name:?}"
            );
        }
        let inside = path
            .to_path()
            .components()
            .all(|step| matches!(step, Component::Normal(_)));
        assert!(
            inside && path.to_path().components().count() == path.components().len(),
            "{key:?}"
        );
    }
    assert!(files > keys / 10 && skipped > keys / 10, "{files} {skipped}");
    println!("{keys} keys: {files} are files, {skipped} are left out, none leaves the folder");
}

proptest! {
    /// G4 in small: `make soak` asks many more.
    #[test]
    fn no_key_escapes_the_root(key in "(?s)[./\\\\:a-cC\0 %\u{202e}]{0,24}|(?s).{0,40}", which in 0usize..3) {
        let rules = ALL[which];
        if let Ok(path) = local_path(&key, "", rules) {
            prop_assert!(!path.components().is_empty());
            for name in path.components() {
                prop_assert!(!name.is_empty() && name != "." && name != "..");
                prop_assert!(!name.contains('/') && !name.contains('\0') && name.len() <= 255);
                prop_assert!(rules != FileRules::Windows || !name.contains(['\\', ':']));
            }
            let steps: Vec<_> = path.to_path().components().map(|c| matches!(c, Component::Normal(_))).collect();
            prop_assert_eq!(steps, vec![true; path.components().len()]);
        }
    }
}

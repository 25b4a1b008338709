use std::fs;

use hatrack_core::saml::{SamlProvider, Told};
use tempfile::TempDir;

use super::*;
use crate::kept::Kept;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn listings() -> (TempDir, Kept<SamlListed>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    (folder, Kept::of(&home))
}

fn listed(name: &str, roles: u32) -> SamlListed {
    let role = |n| {
        let role = format!("arn:aws:iam::123456789012:role/Role{n}");
        let provider = "arn:aws:iam::123456789012:saml-provider/Directory";
        (role.parse().unwrap(), provider.parse().unwrap())
    };
    SamlListed {
        at: now(),
        listing: SamlListing {
            provider: SamlProvider::new(name, "https://login.example.com/aws", None).unwrap(),
            told: Told {
                roles: (0..roles).map(role).collect(),
                session_name: "somebody@example.com".parse().unwrap(),
                session_duration: None,
                ends: now(),
            },
        },
    }
}

#[test]
fn a_listing_comes_back_as_it_was_kept() {
    let (_folder, listings) = listings();
    // A name that no file could have.
    let (one, other) = (listed("../../a/b", 3), listed("other", 1));
    assert_eq!(listings.all(now()), []);
    listings.put(&one).unwrap();
    listings.put(&other).unwrap();
    assert_eq!(listings.all(now()).len(), 2);
    listings.put(&listed("other", 2)).unwrap();
    listings.forget("../../a/b").unwrap();
    listings.forget("../../a/b").unwrap();
    assert_eq!(listings.all(now()), [listed("other", 2)]);
}

#[test]
fn a_broken_listing_is_set_aside_and_the_others_stay() {
    let (folder, listings) = listings();
    let (one, other) = (listed("one", 3), listed("other", 1));
    listings.put(&one).unwrap();
    let kept = Home::at(folder.path()).saml();
    let path = fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    listings.put(&other).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(listings.all(now()), [other]);
    assert!(!path.exists());
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
}

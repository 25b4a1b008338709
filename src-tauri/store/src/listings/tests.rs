use std::fs;

use hatrack_core::identity_center::PortalAccount;
use tempfile::TempDir;

use super::*;
use crate::kept::Kept;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn listings() -> (TempDir, Kept<Listed>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    (folder, Kept::of(&home))
}

fn listed(session: &str, accounts: u64) -> Listed {
    let account = |n| PortalAccount {
        id: format!("{:012}", 100_000_000_000 + n).parse().unwrap(),
        name: Some(format!("Account {n}")),
        roles: vec!["ReadOnly".into(), "Admin".into()],
    };
    Listed {
        at: now(),
        listing: PortalListing {
            portal: Portal {
                session: Some(session.into()),
                start_url: "https://acme.awsapps.com/start".into(),
                region: "eu-west-1".into(),
                scopes: Vec::new(),
            },
            accounts: (0..accounts).map(account).collect(),
        },
    }
}

#[test]
fn a_listing_comes_back_as_it_was_kept() {
    let (_folder, listings) = listings();
    let (one, other) = (listed("one", 665), listed("other", 1));
    assert_eq!(listings.all(now()), []);
    listings.put(&one).unwrap();
    assert_eq!(listings.all(now()), std::slice::from_ref(&one));
    listings.put(&other).unwrap();
    assert_eq!(listings.all(now()).len(), 2);
    listings.put(&listed("one", 2)).unwrap();
    assert_eq!(listings.all(now()).len(), 2);
    assert!(listings.all(now()).contains(&listed("one", 2)));
    listings.forget(&Listed::name_of(&one.listing.portal)).unwrap();
    listings.forget(&Listed::name_of(&one.listing.portal)).unwrap();
    assert_eq!(listings.all(now()), [other]);
}

#[test]
fn a_broken_listing_is_set_aside_and_the_others_stay() {
    let (folder, listings) = listings();
    let (one, other) = (listed("one", 3), listed("other", 1));
    listings.put(&one).unwrap();
    let kept = Home::at(folder.path()).listings();
    let path = fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    listings.put(&other).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(listings.all(now()), [other]);
    assert!(!path.exists());
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
    listings.put(&one).unwrap();
    assert!(listings.all(now()).contains(&one));
}

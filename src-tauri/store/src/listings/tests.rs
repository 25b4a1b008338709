use hatrack_core::identity_center::PortalAccount;
use tempfile::TempDir;

use super::*;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn listings() -> (TempDir, Listings) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    (folder, Listings::of(&home))
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
    assert_eq!(listings.get(&one.listing.portal, now()), None);
    listings.put(&one).unwrap();
    listings.put(&other).unwrap();
    assert_eq!(listings.get(&one.listing.portal, now()), Some(one.clone()));
    assert_eq!(listings.all(now()).len(), 2);
    listings.put(&listed("one", 2)).unwrap();
    assert_eq!(listings.get(&one.listing.portal, now()), Some(listed("one", 2)));
    listings.forget(&one.listing.portal).unwrap();
    listings.forget(&one.listing.portal).unwrap();
    assert_eq!(listings.all(now()), [other]);
}

#[test]
fn a_broken_listing_is_set_aside_and_the_others_stay() {
    let (_folder, listings) = listings();
    let (one, other) = (listed("one", 3), listed("other", 1));
    listings.put(&one).unwrap();
    listings.put(&other).unwrap();
    let path = listings.path(&one.listing.portal);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(listings.all(now()), [other]);
    assert!(!path.exists());
    let left = fs::read_dir(&listings.folder).unwrap().count();
    assert_eq!(left, 2);
    listings.put(&one).unwrap();
    assert_eq!(listings.get(&one.listing.portal, now()), Some(one));
}

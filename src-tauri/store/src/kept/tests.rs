use hatrack_core::arn::RoleArn;
use hatrack_core::iam::RoleFacts;
use tempfile::TempDir;

use super::*;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn kept() -> (TempDir, Kept<KeptRole>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    (folder, Kept::of(&home))
}

fn role(name: &str) -> KeptRole {
    let role: RoleArn = format!("arn:aws:iam::111122223333:role/{name}").parse().unwrap();
    let facts = RoleFacts {
        role: role.clone(),
        path: "/".into(),
        maximum: None,
        trust: Some("{\"Statement\":[]}".into()),
        description: Some("\u{202e}<b>".into()),
        tags: vec![("team".into(), "../x".into())],
        last_used: None,
    };
    KeptRole {
        role,
        asked_at: now(),
        facts: Some((now(), facts)),
    }
}

#[test]
fn what_is_kept_comes_back_and_is_forgotten_by_its_name() {
    let (_folder, kept) = kept();
    let (one, other) = (role("One"), role("team/Other"));
    kept.put(&one).unwrap();
    kept.put(&other).unwrap();
    kept.put(&one).unwrap();
    let mut all = kept.all(now());
    all.sort_by_key(|role| role.role.to_string());
    assert_eq!(all, [one.clone(), other.clone()]);
    kept.forget(&one.name()).unwrap();
    kept.forget(&one.name()).unwrap();
    assert_eq!(kept.all(now()), [other]);
}

#[test]
fn a_broken_file_is_set_aside_and_the_rest_comes_back() {
    let (folder, kept) = kept();
    kept.put(&role("One")).unwrap();
    let broken = Home::at(folder.path()).roles().join("torn.json");
    fs::write(&broken, "{\"role\":").unwrap();
    assert_eq!(kept.all(now()), [role("One")]);
    assert!(!broken.exists());
    assert_eq!(fs::read_dir(broken.parent().unwrap()).unwrap().count(), 2);
}

use super::*;

const TEXT: &str = "name = \"platform\"\n";
const KEY: &str = "RWSOtEDwJ7HK/Du8j+Lpvy8Vh5kSC1GuW8DIgCjcqKJEPqYkKs1zil3I";
const OTHER_KEY: &str = "RWRXh7THOtduKeiZgMWogi0ppvQqTK6f4DrxqsKwwWb4vPY92jeAUB86";
/// Of [`TEXT`], by [`KEY`].
const SIGNATURE: &str = "untrusted comment: signature\nRUSOtEDwJ7HK/FstwhVfQJgmbgTP2sW/BWEo+l9Kv4NyFssTo8i6VL8uHk9Eouy50Un2JNWW718xXjmiAr21nFzM554jba3n4gs=\ntrusted comment: timestamp:1750000000\tfile:team.toml\thashed\nLpe4/QYMs664eOMZF7wGWkBUCmwVcbkRFNSnVZNOGPNtTKrFzxYKQj2zLYAPsObBM+1lpVkrOfsmXFOTiUdmDg==\n";
/// The same in minisign's older way, without a hash.
const OLDER: &str = "untrusted comment: signature\nRWSOtEDwJ7HK/OxSyMQpfAaQokZRLpVmSgben86HG2a28/DOIyEvwRLCC0qccC7vkDAm9z3YEqlJ2Sw9YHaV70ffSqItXPoZJwk=\ntrusted comment: timestamp:1750000000\tfile:team.toml\nDdGykl5x5RAR6yc9+CM9vLjUjQavxckrJVKwzZkUoSjfCHHky7IQL3lKe7cdJ5Y6kNNhjRnOb03+MGqdI6puDA==\n";

fn files() -> (tempfile::TempDir, TeamFiles) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    (folder, TeamFiles::of(&home))
}

fn team(name: &str) -> KeptTeam {
    KeptTeam {
        name: name.into(),
        location: TeamLocation::parse("https://example.com/team.toml", Path::new("/")).unwrap(),
        trust: TeamTrust::Sha256(FileHash::of(TEXT.as_bytes())),
        text: TEXT.into(),
        fetched_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_pinned_file_is_trusted_and_no_other() {
    let trust = TeamTrust::Sha256(FileHash::of(TEXT.as_bytes()));
    assert_eq!(trust.check(TEXT, ""), Ok(()));
    let changed = format!("{TEXT}\n");
    let found = FileHash::of(changed.as_bytes());
    let pinned = FileHash::of(TEXT.as_bytes());
    assert_eq!(
        trust.check(&changed, ""),
        Err(NotTrusted::Other { found, pinned })
    );
}

#[test]
fn a_signed_file_is_trusted_by_its_key_alone() {
    let key = |text: &str| TeamTrust::Minisign(text.parse().unwrap());
    assert_eq!(key(KEY).check(TEXT, SIGNATURE), Ok(()));
    let forged_comment = SIGNATURE.replace("1750000000", "1850000000");
    for (key, text, signature) in [
        (key(KEY), "name = \"other\"\n", SIGNATURE),
        (key(OTHER_KEY), TEXT, SIGNATURE),
        (key(KEY), TEXT, forged_comment.as_str()),
        (key(KEY), TEXT, OLDER),
        (key(KEY), TEXT, ""),
        (key(KEY), TEXT, "\u{0}\n\n\n\n"),
    ] {
        let checked = key.check(text, signature);
        assert!(
            matches!(checked, Err(NotTrusted::Signature(_))),
            "{signature}: {checked:?}"
        );
    }
}

#[test]
fn what_is_no_hash_or_key_is_refused() {
    for wrong in ["", "abc", &"g".repeat(64), &"a".repeat(66), KEY] {
        assert!(wrong.parse::<FileHash>().is_err(), "{wrong}");
    }
    for wrong in ["", "RW", &KEY[2..], &"a".repeat(64)] {
        assert!(wrong.parse::<MinisignKey>().is_err(), "{wrong}");
    }
    assert_eq!(
        FileHash::of(b"").to_string().to_uppercase().parse(),
        Ok(FileHash::of(b""))
    );
}

#[test]
fn a_place_is_an_https_address_or_a_path() {
    let parse = |text: &str| TeamLocation::parse(text, Path::new("/home/troy"));
    assert_eq!(
        parse("team.toml"),
        Ok(TeamLocation::Path("/home/troy/team.toml".into()))
    );
    assert_eq!(
        parse("/etc/team.toml").unwrap().signature().to_string(),
        "/etc/team.toml.minisig"
    );
    let address = parse("HTTPS://Example.com/a/team.toml").unwrap();
    assert_eq!(address.to_string(), "https://example.com/a/team.toml");
    assert_eq!(
        address.signature().to_string(),
        "https://example.com/a/team.toml.minisig"
    );
    for wrong in [
        "http://example.com/t",
        "file:///etc/passwd",
        "ftp://x/t",
        "https://",
        "javascript://x/%0aalert(1)",
    ] {
        assert!(
            matches!(parse(wrong), Err(NotATeamLocation::Scheme(_))),
            "{wrong}"
        );
    }
    for wrong in [
        "https://me@x/t",
        "https://me:canary@x/t",
        "https://x/t?token=canary",
        "https://x/t#canary",
    ] {
        let why = parse(wrong).unwrap_err();
        assert_eq!(why, NotATeamLocation::Secretive);
        assert!(!format!("{why} {why:?}").contains("canary"));
    }
    let why = parse("http://me:canary@x/t").unwrap_err();
    assert!(!format!("{why} {why:?}").contains("canary"));
}

#[test]
fn what_is_kept_is_read_again_and_forgotten() {
    let (_folder, files) = files();
    assert_eq!(files.all(Timestamp::UNIX_EPOCH), []);
    let (one, hostile) = (team("platform"), team("../../etc/passwd"));
    files.put(&one).unwrap();
    files.put(&hostile).unwrap();
    assert_eq!(files.all(Timestamp::UNIX_EPOCH), [hostile, one.clone()]);
    files.forget("../../etc/passwd").unwrap();
    files.forget("never there").unwrap();
    assert_eq!(files.all(Timestamp::UNIX_EPOCH), [one]);
}

#[test]
fn a_broken_copy_is_set_aside() {
    let (folder, files) = files();
    files.put(&team("platform")).unwrap();
    let path = files.path("platform");
    fs::write(&path, "{").unwrap();
    assert_eq!(files.all(Timestamp::UNIX_EPOCH), []);
    assert!(!path.exists() && path.with_extension("json.broken-19700101T000000Z").exists());
    drop(folder);
}

#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use serde_json::json;

fn session(id: &str, role: &str, left: u32) -> SessionView {
    serde_json::from_value(json!({
        "id": id, "role_key": role, "profile": null, "arn": null, "account_id": "081278057606",
        "account_name": "stuzio", "colour": "red", "role_name": "Consultant", "assumed_role_arn": null,
        "user_id": null, "access_key_id": "ASIA", "issued_at": "2026-06-11T12:00:00Z",
        "expires_at": "2026-06-11T13:00:00Z", "seconds_left": left, "life": 3600, "region": "eu-west-1",
        "source": "troy", "session_name": null, "mfa_serial": null, "external_id": null, "hops": [],
        "chained": false, "auto_renew": false, "renew_needs_code": false, "renew_error": null, "token_chars": 400
    }))
    .unwrap()
}

fn role(key: &str, favourite: bool, last_use: Option<&str>) -> RoleView {
    let last_use = last_use.map(|at| json!({ "at": at, "outcome": "ok" }));
    serde_json::from_value(json!({
        "key": key, "profile": key, "account_id": "081278057606", "account_name": "stuzio", "colour": "red",
        "role_name": key, "arn": null, "partition": "aws", "source": "~/.aws/config", "also_in": [],
        "defined_at": null,
        "identity": { "profile": "troy", "kind": "keys", "label": "keys", "account_id": null, "region": null,
            "defined_at": null },
        "hops": [], "mfa": false, "external_id": null, "chained": false, "max_duration": null, "duration": 3600,
        "region": "eu-west-1", "session_name": "hatrack", "favourite": favourite, "auto_renew": false,
        "last_use": last_use, "unusable": null
    }))
    .unwrap()
}

fn texts(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| match entry {
            Entry::Heading(text) => format!("# {text}"),
            Entry::Line => "-".into(),
            Entry::Item { text, .. } => text.clone(),
            Entry::Branch { text, .. } => format!("{text} >"),
        })
        .collect()
}

#[test]
fn without_anything_there_is_still_the_window_and_the_way_out() {
    assert_eq!(texts(&entries(&[], &[])), ["Open Hatrack", "Quit Hatrack"]);
}

#[test]
fn sessions_first_then_favourites_then_recents_and_no_role_twice() {
    let roles = [
        role("live", true, Some("2026-06-11T12:00:00Z")),
        role("starred", true, None),
        role("older", false, Some("2026-06-01T12:00:00Z")),
        role("newer", false, Some("2026-06-10T12:00:00Z")),
        role("never", false, None),
    ];
    let sessions = [session("aaaaaaaa", "live", 2520), session("bbbbbbbb", "ended", 0)];
    assert_eq!(
        texts(&entries(&sessions, &roles)),
        [
            "# Active",
            "stuzio / Consultant (42 min) >",
            "-",
            "# Favourites",
            "stuzio / starred",
            "-",
            "# Recent",
            "stuzio / newer",
            "stuzio / older",
            "-",
            "Switch back from all",
            "-",
            "Open Hatrack",
            "Quit Hatrack",
        ]
    );
}

#[test]
fn a_session_opens_to_what_can_be_done_with_it() {
    let entries = entries(&[session("aaaaaaaa", "live", 59)], &[]);
    let Entry::Branch { text, entries, .. } = &entries[1] else {
        panic!("{entries:?}")
    };
    assert!(text.ends_with("(under 1 min)"), "{text}");
    assert_eq!(
        texts(entries),
        [
            "Copy env >",
            "Open console",
            "Open terminal",
            "Browse S3",
            "-",
            "Renew",
            "Switch back",
            "Open"
        ]
    );
}

#[test]
fn labels_change_when_a_minute_has_passed_and_ids_do_not() {
    let at = |left| entries(&[session("aaaaaaaa", "live", left)], &[]);
    assert_ne!(texts(&at(2520)), texts(&at(2519)));
    let id = |entries: &[Entry]| match &entries[1] {
        Entry::Branch { id, .. } => id.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(id(&at(2520)), id(&at(2519)));
    assert_eq!(
        next_change(&[session("a", "r", 2520), session("b", "r", 65)]),
        Some(1)
    );
    assert_eq!(next_change(&[session("a", "r", 65)]), Some(6));
    assert_eq!(next_change(&[session("a", "r", 0)]), None);
}

#[test]
fn every_item_leads_back_to_its_act() {
    fn acts(entries: &[Entry]) -> Vec<Act> {
        let each = entries.iter().flat_map(|entry| match entry {
            Entry::Item { act, .. } => vec![act.clone()],
            Entry::Branch { entries, .. } => acts(entries),
            _ => Vec::new(),
        });
        each.collect()
    }
    let entries = entries(&[session("aaaaaaaa", "live", 90)], &[role("a b:c/d", true, None)]);
    let acts = acts(&entries);
    assert!(acts.len() > 12, "{acts:?}");
    for act in acts {
        assert_eq!(Act::of_item(&act.item_id()), Some(act));
    }
    assert_eq!(Act::of_item("format-disk"), None);
}

#[test]
fn long_sessions_are_told_in_hours() {
    assert_eq!(time_left(7199), "119 min");
    assert_eq!(time_left(7200), "2 h");
    assert_eq!(time_left(43200), "12 h");
}

//! Doctor in the real window: from the denied switch to the policy for the other account's administrator.

use serde_json::Value;

use crate::patience::{eventually, holds};
use crate::stage::Stage;
use crate::steps::choose;

/// What an administrator of the role's account would send: it trusts another account.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole"}]}"#;

/// What the analyst's own administrator would send.
const IDENTITY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#;

/// Pastes a policy, for a diagnosis with it.
fn give(stage: &Stage, slot: &str, policy: &str) {
    stage.app.click("paste-policies");
    stage
        .app
        .click_css(&format!("[data-testid=paste-slot] [data-value={slot}]"));
    stage.app.type_into("paste-text", policy);
    stage.app.click("paste-take");
    stage.app.gone("paste-dialog", &[]);
}

/// Switches with a profile that is refused, and asks why.
fn ask_why(stage: &Stage, profile: &str) {
    stage.app.click("nav-roles");
    choose(&stage.app, profile);
    stage.app.click("switch-button");
    stage.app.find("denial");
    stage.app.click("why");
    stage.app.find("headline");
}

fn copied(stage: &Stage, part: &str) -> String {
    stage.app.click("copy-cure");
    holds("the policy is on the clipboard", || {
        stage.desktop.clipboard().contains(part)
    });
    stage.desktop.clipboard()
}

#[test]
fn s1_without_the_trust_is_likely_and_certain_once_the_policy_is_given() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S1");
    ask_why(&stage, &format!("{}-without-trust", story.profile()));

    // The analyst may read no policy, not even their own, and AWS's refusal is the same for either side.
    let trust = |verdict| {
        stage
            .app
            .find_with("check", &[("placement", "trust"), ("verdict", verdict)]);
    };
    trust("cant_see");
    stage.picture("doctor-unseen");
    give(&stage, "identity", IDENTITY);
    trust("likely_missing");
    stage.app.click_with("check", &[("placement", "trust")]);
    let policy: Value = serde_json::from_str(&copied(&stage, "sts:AssumeRole")).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    assert!(
        policy["Statement"].to_string().contains("data-analyst"),
        "{policy}"
    );
    stage.picture("doctor-likely");

    give(&stage, "trust", TRUST);
    trust("missing");
    let whole: Value = serde_json::from_str(&copied(&stage, "999999999999")).unwrap();
    assert!(whole["Statement"].to_string().contains("data-analyst"), "{whole}");
    stage.picture("doctor-exact");
}

#[test]
fn what_was_denied_is_counted_until_it_is_looked_at() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S1");
    choose(&stage.app, &format!("{}-without-assume-role", story.profile()));
    stage.app.click("switch-button");
    stage.app.find("denial");
    let count = "[data-testid=nav-doctor] .nav-count.is-bad";
    stage.app.find_css(count);
    stage.app.click("nav-doctor");
    stage.app.click("denial-row");
    let verdict = eventually("the permission to switch is judged", || {
        let found = "return document.querySelector('[data-placement=assume_role]')?.dataset.verdict ?? ''";
        let found = stage.app.page().run(found, &[]).ok()?;
        found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    });
    assert_eq!(verdict, "cant_see");
    holds("nothing is left to look at", || {
        stage.app.page().all(count).is_ok_and(|found| found.is_empty())
    });
    stage.picture("doctor-own-policy");
}

#[test]
fn an_error_of_another_program_is_read_and_a_policy_is_looked_over() {
    let stage = Stage::set(&[]);
    stage.app.click("nav-doctor");
    stage
        .app
        .click_css("[data-testid=doctor-page] [data-value=error]");
    stage.app.type_into(
        "error-text",
        "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.",
    );
    stage.app.click("error-diagnose");
    stage.app.find("headline");
    let kind = stage.app.page().run(
        "return document.querySelector('[data-testid=diagnosis]').dataset.kind",
        &[],
    );
    assert_eq!(kind.unwrap(), "expired");

    stage.app.click("doctor-back");
    stage
        .app
        .click_css("[data-testid=doctor-page] [data-value=policy]");
    stage.app.type_into(
        "policy-text",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObjekt","Resource":"arn:aws:s3:::b/*"}]}"#,
    );
    stage.app.click("policy-check");
    stage.app.find_with("finding", &[("check", "unknown_action")]);
    stage.picture("doctor-policy");
}

#[test]
fn access_for_another_company_is_composed_and_proven() {
    let stage = Stage::set(&[]);
    stage.app.click("nav-doctor");
    stage
        .app
        .click_css("[data-testid=doctor-page] [data-value=compose]");
    stage.app.click("compose-case");
    stage.app.click_css(".select-list li:nth-child(2)");
    stage
        .app
        .type_into("compose-caller", "arn:aws:iam::444455556666:role/Reports");
    stage
        .app
        .type_into("compose-role", "arn:aws:iam::111122223333:role/ReportsReader");
    stage.app.type_into("compose-bucket", "example-bucket");
    stage.app.click("compose-go");
    stage.app.find("composed-external-id");
    for place in ["allow", "trust", "permissions"] {
        stage.app.find_with("composed-policy", &[("place", place)]);
    }
    stage.app.find("composed-proofs");
    stage.picture("doctor-composed");
}

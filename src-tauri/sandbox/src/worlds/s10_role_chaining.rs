//! S10: a chain of roles, an hour at most whatever the last one's maximum, and the direct route beside it.

use serde_json::json;

use super::build::{ARCHIVE, Builder, DATA, HOME_REGION, RoleSpec, WORKLOADS, WorldError, allow, trust};
use super::placements::{Placed, assume};
use super::story::{Placement, Story, Wrong};

const LEDGER: &str = "666677778888";
const BUCKET: &str = "ledger-entries";
const EIGHT_HOURS: i64 = 8 * 3600;

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(LEDGER, "Ledger")?;
    // The last hop is the placed one: it starts from the first role's account.
    let placed = Placed {
        from: DATA,
        to: LEDGER,
        role: "LedgerReader",
        profile: "ledger-reader",
        source: "ledger-gateway",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: None,
        max_session_seconds: 12 * 3600,
    };
    let made = placed.make(b)?;
    let hop = |b: &mut Builder, name: &str, trusted: &str| {
        b.role(RoleSpec {
            account: DATA,
            name,
            trust: trust(json!({ "AWS": format!("arn:aws:iam::{trusted}:root") }), None),
            policies: vec![(
                "assume-ledger-reader",
                allow(json!("sts:AssumeRole"), json!(made.assumable)),
            )],
            max_session_seconds: 3600,
        })
    };
    let gateway = hop(b, "LedgerGateway", WORKLOADS)?;
    let closed = hop(b, "LedgerGatewayNoTrust", ARCHIVE)?;
    b.role_profile("ledger-gateway", &gateway, "auditor", Vec::new());
    b.role_profile("ledger-gateway-closed", &closed, "auditor", Vec::new());
    b.role_profile(
        "ledger-reader-through-closed",
        &made.role_arn,
        "ledger-gateway-closed",
        Vec::new(),
    );

    let direct = b.role(RoleSpec {
        account: LEDGER,
        name: "LedgerReaderDirect",
        trust: trust(
            json!({ "AWS": format!("arn:aws:iam::{WORKLOADS}:user/auditor") }),
            None,
        ),
        policies: vec![("read-bucket", super::build::read_bucket(BUCKET))],
        max_session_seconds: 12 * 3600,
    })?;
    b.role_profile("ledger-reader-direct", &direct, "auditor", Vec::new());
    let user = b.user(
        WORKLOADS,
        "auditor",
        vec![("assume", assume(&[gateway, closed, direct]))],
    )?;
    b.keys_profile("auditor", &user);
    let keys = b.shelf(BUCKET)?;

    let mut story = made.story("S10", "Role chaining", &placed, &user, keys);
    story.identity = "auditor".to_owned();
    story.also = vec!["ledger-gateway".to_owned(), "ledger-reader-direct".to_owned()];
    let role = story.role_arn.clone();
    let refused = |what, profile, code| Wrong::other(what, profile, &role, BUCKET, "AssumeRole", code);
    let long = refused("eight hours through a chain", "ledger-reader", "ValidationError");
    story.wrong.push(long.with_duration(EIGHT_HOURS));
    let mut broken = refused(
        "the first hop trusts another account",
        "ledger-reader-through-closed",
        "AccessDenied",
    );
    broken.placement = Placement::Trust;
    story.wrong.push(broken);
    Ok(story)
}

//! AWS Organizations, as far as it is read: DescribeOrganization, ListAccounts.
//!
//! Source: AWS Organizations API Reference (JSON 1.1).

use hatrack_core::policy::ResourceRule;
use http::StatusCode;
use serde_json::{Value, json};

use crate::auth::{NotSigned, SignedRequest, signer};
use crate::json_reply::{JsonRefusal, JsonReply};
use crate::state::State;
use crate::world::{Asked, Organisation, Signer, World, denied_because};

/// What the header `X-Amz-Target` has before the operation.
const TARGET: &str = "AWSOrganizationsV20161128.";
/// API Reference, "ListAccounts": the largest page, and the usual one.
const MOST: usize = 20;
/// When everything joined, in seconds since 1970: the sandbox keeps no such dates.
const JOINED: f64 = 1_705_311_000.0;

/// The operation that a request names.
pub fn operation(request: &SignedRequest<'_>) -> String {
    let target = request.headers.get("x-amz-target").and_then(|t| t.to_str().ok());
    let operation = target.and_then(|t| t.strip_prefix(TARGET));
    operation.unwrap_or_default().to_owned()
}

/// Answers a request.
pub fn answer(state: &State, request: &SignedRequest<'_>) -> JsonReply {
    let operation = operation(request);
    state.count(&operation);
    JsonReply::new(state, StatusCode::OK, answered(state, request, &operation))
}

fn answered(state: &State, request: &SignedRequest<'_>, operation: &str) -> Result<Value, JsonRefusal> {
    let (signer, region) = signer(state, "organizations", request).map_err(unsigned)?;
    let body: Value = serde_json::from_slice(request.body)
        .map_err(|_| JsonRefusal::bad("SerializationException", "Start of structure or map found"))?;
    let world = state.world();
    let answer: fn(&World, &Organisation, &Value) -> Result<Value, JsonRefusal> = match operation {
        "DescribeOrganization" => |_, organisation, _| Ok(described(organisation)),
        "ListAccounts" => accounts,
        _ => return Err(JsonRefusal::bad("UnknownOperationException", "")),
    };
    authorize(state, &world, &signer, &region, operation)?;
    let own = world
        .organisations
        .iter()
        .find(|o| o.accounts(&world).any(|account| account.id == signer.account));
    let own = own.ok_or_else(|| {
        JsonRefusal::bad(
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        )
    })?;
    // A member may ask what organization it is in, and no more.
    if operation != "DescribeOrganization" && own.management != signer.account {
        return Err(JsonRefusal::bad(
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
        ));
    }
    answer(&world, own, &body)
}

fn unsigned(why: NotSigned) -> JsonRefusal {
    match why {
        NotSigned::Missing => JsonRefusal::bad(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        NotSigned::Unknown => JsonRefusal::bad(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        NotSigned::WrongService(other) => JsonRefusal::bad(
            "InvalidSignatureException",
            format!("Credential should be scoped to correct service: 'organizations', not '{other}'."),
        ),
        NotSigned::Refused(_) => JsonRefusal::bad(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        ),
        NotSigned::Expired => JsonRefusal::bad(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
    }
}

fn authorize(
    state: &State,
    world: &World,
    signer: &Signer,
    region: &str,
    operation: &str,
) -> Result<(), JsonRefusal> {
    let action = format!("organizations:{operation}");
    let asked = Asked {
        action: &action,
        resource: "*",
        owner: Some(signer.account),
        resource_policy: None,
        rule: ResourceRule::EitherSuffices,
        region,
        keys: &[],
    };
    let decision = world.decide(signer, &asked, state.now());
    if decision.allowed {
        return Ok(());
    }
    Err(JsonRefusal::bad(
        "AccessDeniedException",
        format!(
            "User: {} is not authorized to perform: {action} on resource: * {}",
            signer.arn,
            denied_because(&decision, &action)
        ),
    ))
}

fn described(organisation: &Organisation) -> Value {
    let (id, management) = (&organisation.id, organisation.management);
    json!({
        "Organization": {
            "Id": id,
            "Arn": format!("arn:aws:organizations::{management}:organization/{id}"),
            "FeatureSet": "ALL",
            "MasterAccountArn": format!("arn:aws:organizations::{management}:account/{id}/{management}"),
            "MasterAccountId": management,
            "MasterAccountEmail": format!("aws+{management}@example.com"),
            "AvailablePolicyTypes": [],
        },
    })
}

fn accounts(world: &World, organisation: &Organisation, body: &Value) -> Result<Value, JsonRefusal> {
    let invalid = |message: &str| JsonRefusal::bad("InvalidInputException", message);
    let most = match body.get("MaxResults") {
        None | Some(Value::Null) => MOST,
        Some(given) => given
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=MOST).contains(n))
            .ok_or_else(|| invalid("You specified an invalid value for MaxResults."))?,
    };
    let all: Vec<Value> = organisation
        .accounts(world)
        .map(|account| {
            let (id, management) = (account.id, organisation.management);
            json!({
                "Id": id,
                "Arn": format!("arn:aws:organizations::{management}:account/{}/{id}", organisation.id),
                "Email": format!("aws+{id}@example.com"),
                "Name": account.name,
                "Status": if account.suspended { "SUSPENDED" } else { "ACTIVE" },
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": JOINED,
            })
        })
        .collect();
    let from = match body.get("NextToken") {
        None | Some(Value::Null) => 0,
        Some(token) => token
            .as_str()
            .and_then(|t| t.strip_prefix(MARK)?.parse().ok())
            .filter(|at| *at < all.len())
            .ok_or_else(|| invalid("You specified an invalid value for NextToken."))?,
    };
    let until = (from + most).min(all.len());
    let mut page = json!({ "Accounts": &all[from..until] });
    if until < all.len() {
        page["NextToken"] = json!(format!("{MARK}{until}"));
    }
    Ok(page)
}

/// What a token starts with: clients must not read a number in it.
const MARK: &str = "sandbox-";

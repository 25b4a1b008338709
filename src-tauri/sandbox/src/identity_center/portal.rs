//! The access portal: ListAccounts, ListAccountRoles, GetRoleCredentials, Logout.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hatrack_core::account::AccountId;
use http::StatusCode;
use serde_json::{Value, json};

use super::reply::{PORTAL_NAMESPACE, Reply};
use super::sign_ins::Who;
use super::{Fields, Incoming, Operation};
use crate::issue::issue;
use crate::state::State;
use crate::world::{Assignment, SessionOf, World};

/// The largest page, and the usual one.
const MOST: usize = 100;

/// A refusal of the portal: its status, its exception, what it says.
struct Refusal(StatusCode, &'static str, &'static str);

impl Refusal {
    const INVALID: Self = Self(
        StatusCode::BAD_REQUEST,
        "InvalidRequestException",
        "Invalid request",
    );
    const UNAUTHORIZED: Self = Self(
        StatusCode::UNAUTHORIZED,
        "UnauthorizedException",
        "Session token not found or invalid",
    );
    const FORBIDDEN: Self = Self(StatusCode::FORBIDDEN, "ForbiddenException", "No access");
    const NOT_FOUND: Self = Self(
        StatusCode::NOT_FOUND,
        "ResourceNotFoundException",
        "Account not found",
    );
    const TOO_MANY: Self = Self(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequestsException",
        "Rate exceeded",
    );
}

pub(super) fn answer(state: &State, incoming: &Incoming<'_>, query: &Fields) -> Reply {
    match answered(state, incoming, query) {
        Ok(body) => Reply::json(state, StatusCode::OK, &body),
        Err(Refusal(status, exception, message)) => {
            let body = json!({ "message": message, "__type": format!("{PORTAL_NAMESPACE}{exception}") });
            Reply::json(state, status, &body)
        }
    }
}

fn answered(state: &State, incoming: &Incoming<'_>, query: &Fields) -> Result<Value, Refusal> {
    if !state.portal_limit.takes() {
        state.count("TooManyRequestsException");
        return Err(Refusal::TOO_MANY);
    }
    let token = incoming.headers.get("x-amz-sso_bearer_token");
    let token = token.and_then(|t| t.to_str().ok()).unwrap_or_default();
    let who = {
        let sign_ins = state.sign_ins();
        sign_ins.bearer(token, state.now()).cloned()
    };
    let who = who.ok_or(Refusal::UNAUTHORIZED)?;
    match incoming.operation {
        Operation::ListAccounts => accounts(&state.world(), &who, query),
        Operation::ListAccountRoles => roles(&state.world(), &who, query),
        Operation::GetRoleCredentials => credentials(state, &who, query),
        _ => {
            state.sign_ins().end(token);
            Ok(json!({}))
        }
    }
}

/// What a user may be.
fn assignments<'a>(world: &'a World, who: &Who) -> Result<&'a [Assignment], Refusal> {
    let user = world
        .organisation(&who.start_path)
        .and_then(|o| o.user(&who.user));
    user.map(|user| user.assignments.as_slice())
        .ok_or(Refusal::UNAUTHORIZED)
}

/// The account that the query names, if the organisation has it and the user something in it.
fn account(world: &World, who: &Who, query: &Fields) -> Result<AccountId, Refusal> {
    let named = query.get("account_id").ok_or(Refusal::INVALID)?;
    // The console's dashes are not taken here.
    let digits = Some(named).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let account: AccountId = digits.and_then(|d| d.parse().ok()).ok_or(Refusal::INVALID)?;
    let organisation = world.organisation(&who.start_path);
    if !organisation.is_some_and(|o| o.has(account)) {
        return Err(Refusal::NOT_FOUND);
    }
    let mut own = assignments(world, who)?.iter();
    own.any(|a| a.account == account)
        .then_some(account)
        .ok_or(Refusal::FORBIDDEN)
}

fn accounts(world: &World, who: &Who, query: &Fields) -> Result<Value, Refusal> {
    let mut ids: Vec<AccountId> = assignments(world, who)?.iter().map(|a| a.account).collect();
    ids.sort_unstable();
    ids.dedup();
    let told = |id: &AccountId| {
        json!({
            "accountId": id,
            "accountName": world.accounts.get(id),
            "emailAddress": format!("aws+{id}@example.com"),
        })
    };
    paged("accountList", ids.iter().map(told).collect(), "accounts", query)
}

fn roles(world: &World, who: &Who, query: &Fields) -> Result<Value, Refusal> {
    let account = account(world, who, query)?;
    let own = assignments(world, who)?.iter().filter(|a| a.account == account);
    let list = own
        .map(|a| json!({ "accountId": account, "roleName": a.permission_set }))
        .collect();
    paged("roleList", list, account.as_str(), query)
}

/// One page of a list. Its token names the list and where the next page starts.
fn paged(name: &str, list: Vec<Value>, of: &str, query: &Fields) -> Result<Value, Refusal> {
    let most = match query.get("max_result") {
        None => MOST,
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| (1..=MOST).contains(n))
            .ok_or(Refusal::INVALID)?,
    };
    let from = match query.get("next_token") {
        None => 0,
        Some(token) => position(token, of)
            .filter(|at| *at < list.len())
            .ok_or(Refusal::INVALID)?,
    };
    let until = (from + most).min(list.len());
    let mut body = json!({ name: &list[from..until] });
    if until < list.len() {
        body["nextToken"] = json!(URL_SAFE_NO_PAD.encode(format!("{of}:{until}")));
    }
    Ok(body)
}

fn position(token: &str, of: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix(of)?.strip_prefix(':')?.parse().ok()
}

fn credentials(state: &State, who: &Who, query: &Fields) -> Result<Value, Refusal> {
    let (session, seconds) = {
        let world = state.world();
        let account = account(&world, who, query)?;
        let named = query.get("role_name").ok_or(Refusal::INVALID)?;
        let mut own = assignments(&world, who)?.iter();
        let assignment = own
            .find(|a| a.account == account && a.permission_set == named)
            .ok_or(Refusal::FORBIDDEN)?;
        let role = world.roles.get(&assignment.role_arn).ok_or(Refusal::FORBIDDEN)?;
        (role.session(&who.user), assignment.session_seconds)
    };
    let issued = issue(state, seconds, None, SessionOf::Role(session));
    Ok(json!({
        "roleCredentials": {
            "accessKeyId": issued.access_key_id,
            "secretAccessKey": issued.secret.expose(),
            "sessionToken": issued.token.expose(),
            "expiration": issued.expires_at.as_millisecond(),
        },
    }))
}

//! The caller's context on the wire.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hatrack_core::caller::{CallerContext, Client};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize)]
struct Out<'a> {
    client: Client,
    working_folder: &'a PathBuf,
    vars: BTreeMap<&'a str, &'a str>,
}

#[derive(Deserialize)]
struct In {
    client: Client,
    working_folder: PathBuf,
    vars: BTreeMap<String, String>,
}

pub(crate) fn serialize<S: Serializer>(caller: &CallerContext, to: S) -> Result<S::Ok, S::Error> {
    Out {
        client: caller.client,
        working_folder: &caller.working_folder,
        vars: caller.vars().collect(),
    }
    .serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<CallerContext, D::Error> {
    let read = In::deserialize(from)?;
    Ok(CallerContext::new(read.client, read.working_folder, read.vars))
}

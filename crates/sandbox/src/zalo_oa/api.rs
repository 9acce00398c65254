//! Which path does what.

use super::{
    error::{OaError, OaResult},
    groups, look,
    model::HandleKind,
    send,
    server::Call,
    upload,
    world::World,
};

/// Carries out one authorized call.
pub(super) fn call(world: &mut World, call: &Call) -> OaResult {
    let looked = call.path.strip_prefix("/v3.0/oa/group/").filter(|_| !call.post);
    if let Some(method) = looked {
        return look::call(world, method, &call.params);
    }
    match call.path.as_str() {
        "/v2.0/oa/getoa" if !call.post => Ok(look::account(world)),
        "/v3.0/oa/user/detail" if !call.post => send::user_detail(world, call.params.text("data")),
        _ if call.post => change(world, call),
        _ => Err(OaError::no_such_api()),
    }
}

fn change(world: &mut World, call: &Call) -> OaResult {
    let file = call.params.files.get("file");
    match call.path.as_str() {
        "/v3.0/oa/group/message" => send::to_group(world, &call.body),
        "/v3.0/oa/message/cs" => send::to_person(world, &call.body),
        "/v3.0/oa/message/promotion" => send::promotion(world, &call.body),
        "/v3.0/oa/quota/group" => look::assets(world, &call.body),
        "/v3.0/oa/quota/message" => look::message_quota(world, &call.body),
        "/v2.0/oa/upload/image" => upload::take(world, HandleKind::Image, file),
        "/v2.0/oa/upload/gif" => upload::take(world, HandleKind::Gif, file),
        "/v2.0/oa/upload/file" => upload::take(world, HandleKind::File, file),
        "/v2.0/oa/message" => Err(OaError::new(-240, "This message API was shut down, use version 3")),
        path => match path.strip_prefix("/v3.0/oa/group/") {
            Some(method) if CHANGES.contains(&method) => groups::call(world, method, &call.body),
            _ => Err(OaError::no_such_api()),
        },
    }
}

/// The calls below `/v3.0/oa/group/` that change something.
const CHANGES: [&str; 10] = [
    "creategroupwithoa",
    "updateinfo",
    "updateasset",
    "delete",
    "invite",
    "removemembers",
    "acceptpendinginvite",
    "rejectpendinginvite",
    "addadmins",
    "removeadmins",
];

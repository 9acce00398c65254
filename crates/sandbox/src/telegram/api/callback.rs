//! answerCallbackQuery.

use super::{
    super::{
        chat::Toast,
        error::{ApiError, ApiResult},
        params::Params,
        world::World,
    },
    TRUE,
};

/// Characters of the note shown (Bot API, answerCallbackQuery).
const MAX_TOAST: usize = 200;

/// answerCallbackQuery: stops the spinner, with or without a note. There is no rate limit on it.
pub(super) fn answer(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let stale = || ApiError::bad("query is too old and response timeout expired or query ID is invalid");
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default().to_owned();
    if text.chars().count() > MAX_TOAST {
        return Err(ApiError::bad("MESSAGE_TOO_LONG"));
    }
    let callback = world.callbacks.get(id).filter(|c| c.bot == bot).copied().ok_or_else(stale)?;
    if world.monotonic() - callback.at_ms > world.config.callback_window_ms {
        return Err(stale());
    }
    world.set_toast(&callback, Toast { text, alert: params.flag("show_alert") });
    Ok(TRUE)
}

//! What an Official Account can do, as far as its platform says.

use std::time::Duration;

use super::send;
use crate::platform::pacer::Limits;
use crate::platform::{Capabilities, Files, Polling, Receiving};

/// What is planned for: some air, as the unit is not certain, and for the signs that break mentions.
const TEXT_LIMIT: usize = 1_900;
/// Word files, old and new, and PDF are all the documents the platform takes.
const DOCUMENTS: &[&str] = &[
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];
/// Handles of uploads live 7 days; one that is older than 6 could end on the way.
const HANDLE_LIFETIME: Duration = Duration::from_hours(6 * 24);
/// Nothing can be written to a person 7 days after their last word.
const PRIVATE_WINDOW: Duration = Duration::from_hours(7 * 24);
/// The platform's limits, as far as they are documented; the pace leaves a tenth of the minute to uploads and upkeep.
pub(super) fn capabilities(calls_per_minute: u32) -> Capabilities {
    let for_messages = (calls_per_minute.saturating_mul(9) / 10).max(1);
    Capabilities {
        text_limit: TEXT_LIMIT,
        caption_limit: TEXT_LIMIT,
        html: false,
        buttons: false,
        edits: false,
        files: Files {
            bare_documents: true,
            documents: DOCUMENTS,
            document_limit: send::DOCUMENT_LIMIT,
            pictures: &["image/jpeg", "image/png"],
            picture_limit: send::PICTURE_LIMIT,
            pictures_by_link: false,
        },
        delete_within: None,
        upload_limit: send::DOCUMENT_LIMIT,
        // What people may send each other in Zalo is larger; the house reads documents of up to 20 MB.
        download_limit: 20_000_000,
        counts_as_zalo: true,
        joins: false,
        receiving: Receiving { polling: Polling::None, webhook: true, history: true },
        hearing_is_address: false,
        private_window: Some(PRIVATE_WINDOW),
        budget: None,
        hears_documents: true,
        handle_lifetime: Some(HANDLE_LIFETIME),
        pace: Limits::even(Duration::from_mins(1) / for_messages),
    }
}

//! Files that a gateway cannot carry: offered by a link that ends, or said not to be there.

use super::{Act, AttachedFile, BulletinVersion, Tx, UseCaseResult, VersionFile};
use crate::usecase::links;

/// How long a link leads somewhere: thirty days.
const LINK_HOURS: i64 = 30 * 24;

/// Marks what the gateway cannot carry, and makes links to it where that is allowed.
pub(super) async fn offer(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&BulletinVersion, &[VersionFile]),
    way: (&str, &str),
    shown: &mut [AttachedFile],
) -> UseCaseResult<()> {
    let (version, files) = what;
    let (gateway, delivery_id) = way;
    let Some(traits) = act.house.gateways.get(gateway) else { return Ok(()) };
    let linkable = act.house.public_url.is_some() && !tx.is_confined(&version.bulletin_id, version.version).await?;
    for (file, shown) in files.iter().zip(shown) {
        let size = u64::try_from(file.size).unwrap_or(u64::MAX);
        let fetched = linkable && traits.files.fetches(&file.media_type, size);
        shown.held_back = !fetched && !traits.files.takes(&file.media_type, size);
        if shown.held_back {
            shown.link = links::for_delivery(tx, act, (&file.sha256, &file.file_name), delivery_id, LINK_HOURS).await?;
        }
    }
    Ok(())
}

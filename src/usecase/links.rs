//! Addresses under which a file can be fetched without a password: unguessable, ending, and ended with their bulletin.

use super::{Act, UseCaseResult};
use crate::id::{secret_word, sha256_hex};
use crate::store::Tx;
use crate::store::links::NewFileLink;

/// Makes an address for a file of a delivery (its hash and its name) that works for some hours; none without a public
/// address, and never for what is confined to officials.
///
/// # Errors
/// The database.
pub async fn for_delivery(
    tx: &mut Tx,
    act: &Act<'_>,
    file: (&str, &str),
    delivery_id: &str,
    hours: i64,
) -> UseCaseResult<Option<String>> {
    let Some(public_url) = &act.house.public_url else { return Ok(None) };
    let Some(delivery) = tx.delivery(delivery_id).await? else { return Ok(None) };
    let Some(broadcast) = tx.broadcast(&delivery.broadcast_id).await? else { return Ok(None) };
    if tx.is_confined(&broadcast.bulletin_id, broadcast.version).await? {
        return Ok(None);
    }
    let secret = secret_word(act.entropy);
    tx.put_file_link(&NewFileLink {
        token_hash: sha256_hex(secret.as_bytes()),
        sha256: file.0.to_owned(),
        file_name: file.1.to_owned(),
        bulletin_id: broadcast.bulletin_id,
        delivery_id: delivery_id.to_owned(),
        created_at: act.wall,
        expires_at: act.wall.plus_ms(hours.saturating_mul(3_600_000)),
    })
    .await?;
    Ok(Some(format!("{public_url}/tep/{secret}")))
}

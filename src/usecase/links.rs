//! Addresses under which a file can be fetched without a password: unguessable, ending, and ended with their bulletin.

use super::{Act, UseCaseResult};
use crate::domain::calendar::Millis;
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
    let Some(address) = Address::new(act, hours) else { return Ok(None) };
    let Some(delivery) = tx.delivery(delivery_id).await? else { return Ok(None) };
    let Some(broadcast) = tx.broadcast(&delivery.broadcast_id).await? else { return Ok(None) };
    if tx.is_confined(&broadcast.bulletin_id, broadcast.version).await? {
        return Ok(None);
    }
    tx.put_file_link(&NewFileLink {
        token_hash: address.token_hash,
        sha256: file.0.to_owned(),
        file_name: file.1.to_owned(),
        bulletin_id: broadcast.bulletin_id,
        delivery_id: delivery_id.to_owned(),
        created_at: act.wall,
        expires_at: address.expires_at,
    })
    .await?;
    Ok(Some(address.url))
}

/// Makes an address for a file (its hash and its name) that came with a call for help, in one chat (`whose`: the ids of both); none
/// without a public address.
///
/// # Errors
/// The database.
pub async fn for_distress(
    tx: &mut Tx,
    act: &Act<'_>,
    file: (&str, &str),
    whose: (&str, &str),
    hours: i64,
) -> UseCaseResult<Option<String>> {
    let Some(address) = Address::new(act, hours) else { return Ok(None) };
    tx.put_distress_link(&address.token_hash, whose, file, address.expires_at).await?;
    Ok(Some(address.url))
}

/// An address that was just made.
struct Address {
    url: String,
    /// Hash of its secret part, which stands nowhere else.
    token_hash: String,
    expires_at: Millis,
}

impl Address {
    fn new(act: &Act<'_>, hours: i64) -> Option<Self> {
        let public_url = act.house.public_url.as_ref()?;
        let secret = secret_word(act.entropy);
        Some(Self {
            url: format!("{public_url}/tep/{secret}"),
            token_hash: sha256_hex(secret.as_bytes()),
            expires_at: act.wall.plus_ms(hours.saturating_mul(3_600_000)),
        })
    }
}

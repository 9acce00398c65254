//! Files that a gateway cannot carry: offered by a link that ends, or said not to be there.

use super::{Act, AttachedFile, BulletinVersion, Tx, UseCaseResult, VersionFile};
use crate::id::{secret_word, sha256_hex};
use crate::store::links::NewFileLink;

/// How long a link leads somewhere.
const LINK_DAYS: i64 = 30;

/// Marks what the gateway cannot carry, and makes links to it where that is allowed: with a public address, and never for
/// what is confined to officials.
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
    let public_url = match &act.house.public_url {
        Some(url) if !tx.is_confined(&version.bulletin_id, version.version).await? => Some(url),
        _ => None,
    };
    for (file, shown) in files.iter().zip(shown) {
        let size = u64::try_from(file.size).unwrap_or(u64::MAX);
        shown.held_back = !traits.files.takes(&file.media_type, size);
        if let Some(url) = public_url.filter(|_| shown.held_back) {
            shown.link = Some(link(tx, act, url, (version, file), delivery_id).await?);
        }
    }
    Ok(())
}

async fn link(
    tx: &mut Tx,
    act: &Act<'_>,
    public_url: &str,
    what: (&BulletinVersion, &VersionFile),
    delivery_id: &str,
) -> UseCaseResult<String> {
    let (version, file) = what;
    let secret = secret_word(act.entropy);
    tx.put_file_link(&NewFileLink {
        token_hash: sha256_hex(secret.as_bytes()),
        sha256: file.sha256.clone(),
        file_name: file.file_name.clone(),
        bulletin_id: version.bulletin_id.clone(),
        delivery_id: delivery_id.to_owned(),
        created_at: act.wall,
        expires_at: act.wall.plus_days(LINK_DAYS),
    })
    .await?;
    Ok(format!("{public_url}/tep/{secret}"))
}

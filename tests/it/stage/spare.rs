//! A second gateway to Telegram beside the first, on a stand-in of its own, where some villages have a spare group.

use std::fmt::Write as _;

use loa::demo::world::World;
use loa::domain::org::import::Identity;
use loa_sandbox::telegram::seed::{SeedGroup, SeedPerson, SeedWorld, populate};
use loa_sandbox::telegram::{GroupKind, Handle};

use super::COMMUNE;

/// The gateway that carries the first groups, and the joint group of all heads as their second.
pub const FIRST: &str = "telegram";
/// The gateway of the spare groups.
pub const SECOND: &str = "du-phong";
/// Villages that have a spare group: 15 to 24 but 20 and 22.
pub const SPARE: [u32; 8] = [15, 16, 17, 18, 19, 21, 23, 24];

/// Makes the commune on both.
pub fn settle(first: &Handle, second: &Handle) -> World {
    let mut world = World::build(&commune(), first).unwrap();
    populate(second, &second_world(&world), true).unwrap();
    let accounts: Vec<Identity> = world.org.identities.clone();
    let on_second = |identity: Identity| Identity { gateway: SECOND.to_owned(), ..identity };
    world.org.identities.extend(accounts.into_iter().map(on_second));
    world
}

/// The commune with the spare groups.
fn commune() -> String {
    let mut spare = String::new();
    for number in SPARE {
        // Writing to a String cannot fail.
        let _ = writeln!(
            spare,
            "  {{ code = \"du-phong-{number}\", name = \"Nhóm dự phòng Thôn {number}\", kind = \"cadre\", gateway = \"{SECOND}\", \
             rank = 3, covers = [\"thon-{number}\"] }},"
        );
    }
    COMMUNE.replacen("\ngroups = [\n", &format!("\ngroups = [\n{spare}"), 1)
}

/// What of the commune stands on the second one: everybody, and the spare groups.
fn second_world(world: &World) -> SeedWorld {
    let people = world.accounts.iter().map(|(code, id)| SeedPerson {
        user_id: *id,
        first_name: code.clone(),
        started: true,
        ..SeedPerson::default()
    });
    let groups = SPARE.map(|number| SeedGroup {
        chat_id: world.chat(&format!("du-phong-{number}")).unwrap(),
        title: format!("Nhóm dự phòng Thôn {number}"),
        kind: GroupKind::Supergroup,
        members: vec![world.account("quan").unwrap()],
        bot: true,
        bot_is_admin: true,
    });
    SeedWorld { people: people.collect(), groups: groups.into() }
}

//! The example commune on the grounds of a stage: who has which account, and which group is where.

use loa::demo::places::{Network, Places};
use loa::demo::world::World;
use loa::domain::org::import::OrgFile;

use super::ground::Ground;
use super::{COMMUNE, spare};

/// The commune as one platform has it, or as several do.
pub enum Commune {
    /// Telegram alone: everybody is there.
    World(World),
    /// Staff, and who sits in a group.
    Places(Places),
}

/// Staff of a stage without Telegram, and of one of several platforms, where they are on each. The head of Thôn 03 works on the
/// bot.
fn staff(networks: &[Network], network: Network) -> Vec<(&'static str, Network)> {
    let people: &[&str] = match networks {
        [Network::ZaloBot] => &["lan", "pct", "hung", "quan", "binh"],
        [_] => &["lan", "pct", "hung", "quan"],
        _ => &["lan", "pct", "quan"],
    };
    people.iter().map(|person| (*person, network)).collect()
}

impl Commune {
    /// Makes the commune on the grounds.
    pub fn settle(networks: &[Network], grounds: &[Ground], change: impl FnOnce(&mut OrgFile)) -> Self {
        match grounds {
            [first] if networks == [Network::Telegram] => {
                Self::World(World::build(COMMUNE, &first.as_telegram().unwrap()).unwrap())
            }
            [first, second] if networks == [Network::Telegram] => {
                Self::World(spare::settle(&first.as_telegram().unwrap(), &second.as_telegram().unwrap()))
            }
            _ => Self::spread(networks, grounds, change),
        }
    }

    fn spread(networks: &[Network], grounds: &[Ground], change: impl FnOnce(&mut OrgFile)) -> Self {
        let mut places = Places::spread(COMMUNE, networks).unwrap();
        change(&mut places.org);
        for (network, ground) in networks.iter().zip(grounds) {
            let staff = staff(networks, *network);
            match network {
                Network::Telegram => places.settle_telegram(&ground.as_telegram().unwrap(), &staff).unwrap(),
                Network::ZaloBot => places.settle_bot(&ground.as_bot().unwrap(), &staff).unwrap(),
                Network::ZaloOa => places.settle_oa(&ground.as_oa().unwrap(), &staff).unwrap(),
            }
        }
        Self::Places(places)
    }

    /// What is imported.
    pub fn org(&self) -> &OrgFile {
        match self {
            Self::World(world) => &world.org,
            Self::Places(places) => &places.org,
        }
    }

    /// Somebody's account on a gateway.
    pub fn account(&self, gateway: &str, person: &str) -> String {
        match self {
            Self::World(world) => world.account(person).unwrap().to_string(),
            Self::Places(places) => places.account(Network::named(gateway).unwrap(), person).unwrap().to_owned(),
        }
    }

    /// A group's chat, and its gateway.
    pub fn chat(&self, code: &str) -> (&str, String) {
        let group = self.org().groups.iter().find(|group| group.code == code);
        let gateway = &group.unwrap_or_else(|| panic!("no group {code}")).gateway;
        match self {
            Self::World(world) => (gateway, world.chat(code).unwrap().to_string()),
            Self::Places(places) => (gateway, places.chat(code).unwrap().to_owned()),
        }
    }
}

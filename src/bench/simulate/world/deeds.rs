//! What happens in the world from outside of the process, and what is seen of it on the platforms.

use super::{Event, World};
use crate::bench::simulate::check::{Finding, calls};
use crate::bench::simulate::script::{Deed, MINUTE};
use crate::bench::simulate::staff::Staff;
use crate::bench::simulate::town;
use crate::bench::simulate::weather::Weather;
use crate::platform::RawUpdate;
use crate::usecase::{UseCaseError, UseCaseResult};

/// How long somebody waits who finds the service away, milliseconds.
const AGAIN: i64 = 10 * MINUTE;
/// Of a hundred updates so many are told twice.
const TOLD_TWICE: i64 = 8;

impl World {
    /// Does it.
    pub(super) async fn done(&mut self, deed: Deed) -> anyhow::Result<()> {
        match deed {
            Deed::Turn(platform, weather) => {
                self.figures.outages += u32::from(weather != Weather::Fair);
                self.ground.platforms[platform].turn(weather);
            }
            Deed::Kill { commits, away } if self.life.is_some() => {
                self.away = away;
                self.ground.fuse.light(commits);
            }
            Deed::Stop { away } => self.leave(away).await?,
            Deed::Set(error) => {
                self.figures.jumps += u32::from(error != self.time.error());
                self.time.set_error(error);
            }
            Deed::Kill { .. } => {}
            _ if self.life.is_none() => self.plan_event(self.time.sun() + AGAIN, Event::Deed(deed)),
            _ => self.staff_does(deed).await?,
        }
        Ok(())
    }

    async fn staff_does(&mut self, deed: Deed) -> anyhow::Result<()> {
        let doubts = match deed {
            Deed::SettleDoubts => self.evidence.doubts().await?,
            _ => Vec::new(),
        };
        let broken = if deed == Deed::Mend { self.evidence.rows.broken_groups().await? } else { Vec::new() };
        let lost: Vec<Vec<String>> = self.ground.platforms.iter().map(|platform| platform.lost()).collect();
        let Some(life) = &self.life else { return Ok(()) };
        let fuse = self.ground.fuse.clone();
        let mut staff = Staff { core: &life.core, commune: &self.ground.commune, dice: &mut self.dice };
        let work = async {
            match deed {
                Deed::Compose(sort) => vec![staff.compose(sort).await],
                Deed::Recall => vec![staff.recall().await],
                Deed::Cancel => vec![staff.cancel().await],
                Deed::Steer => vec![staff.steer().await],
                Deed::Unbind => vec![staff.unbind().await],
                Deed::Mend => mend(&mut staff, &broken).await,
                Deed::SettleDoubts => {
                    let mut done = Vec::new();
                    for (message, stands_there) in &doubts {
                        done.push(staff.settle(message, *stands_there).await);
                    }
                    done
                }
                _ => Vec::new(),
            }
        };
        let done = fuse.unless_killed(Box::pin(work)).await;
        if deed == Deed::Mend {
            self.rejoin(&lost);
        }
        match done {
            Ok(done) => self.note_staff(deed, done),
            Err(_) => return self.die(self.away.max(1)).await,
        }
        Ok(())
    }

    /// We may write again wherever we might not; people say so in their private chats.
    fn rejoin(&mut self, lost: &[Vec<String>]) {
        for (number, chats) in lost.iter().enumerate() {
            for chat in chats {
                self.ground.platforms[number].rejoin(chat);
                if !chat.starts_with('-') {
                    let update = self.people.reopens(chat);
                    self.mail[number].push(update);
                }
            }
        }
    }

    /// A refusal is an answer; a database that fails is none.
    fn note_staff(&mut self, deed: Deed, done: Vec<UseCaseResult<()>>) {
        for result in done {
            match result {
                Ok(()) => self.figures.deeds += 1,
                Err(UseCaseError::Store(error)) => {
                    let what = format!("{deed:?}: {error}");
                    self.found(vec![Finding::new("people can do what they may", "staff", what)]);
                }
                Err(_) => self.figures.refusals += 1,
            }
        }
    }

    /// What the platforms hand over: nothing while they are out.
    pub(super) fn delivered(&self) -> Vec<Vec<RawUpdate>> {
        let mail = self.ground.platforms.iter().zip(&self.mail);
        mail.map(|(platform, updates)| if is_heard(platform.weather()) { updates.clone() } else { Vec::new() })
            .collect()
    }

    /// What was handed over is stored; some of it is told once more later.
    pub(super) fn received(&mut self) {
        for number in 0..self.mail.len() {
            if !is_heard(self.ground.platforms[number].weather()) {
                continue;
            }
            for update in std::mem::take(&mut self.mail[number]) {
                self.figures.updates += 1;
                if self.dice.happens(TOLD_TWICE) {
                    self.plan_event(self.time.sun() + AGAIN, Event::Said(number, update));
                }
            }
        }
    }

    /// Looks at what arrived on the platforms: whether it was allowed to, and what people do about it.
    pub(super) async fn note_arrivals(&mut self) -> anyhow::Result<()> {
        let mut claimed = self.evidence.claimed().await?;
        for number in 0..self.ground.platforms.len() {
            let (name, arrivals) = (self.ground.platforms[number].name, self.ground.platforms[number].arrivals());
            for arrival in arrivals {
                self.figures.calls += 1;
                let own = calls::own(&mut claimed, name, &arrival);
                self.evidence.arrived(own.as_ref(), &arrival, (self.time.machine(), self.time.sun()));
                let is_reminder = own.as_ref().is_some_and(|own| own.purpose == "reminder");
                self.is_reminder_put_off |= is_reminder && arrival.verdict.may_be_repeated();
                let Some(own) = own.filter(|_| arrival.verdict.is_taken()) else { continue };
                for (after, update) in self.people.read(&own, &arrival) {
                    self.plan_event(self.time.sun() + after, Event::Said(number, update));
                }
            }
        }
        Ok(())
    }
}

async fn mend(staff: &mut Staff<'_>, broken: &[String]) -> Vec<UseCaseResult<()>> {
    let mut done = Vec::new();
    for place in town::places().into_iter().filter(|place| broken.contains(&place.code)) {
        done.push(staff.mend(&place.code, place.gateway, &place.chat).await);
    }
    done
}

const fn is_heard(weather: Weather) -> bool {
    matches!(weather, Weather::Fair | Weather::Rough)
}

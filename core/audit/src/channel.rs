//! Channels: what they confirm is recorded before it is confirmed, and never goes back (INV-13).

use shouxin_core::event::channel::ChannelEvent;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::{DEADLINE, INV_13};

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &ChannelEvent) {
    match event {
        ChannelEvent::Opened { channel, from } => {
            if *from >= at.at() {
                at.broken(INV_13, format!("{channel} would begin after what is recorded"));
            }
            fold.channels.insert(channel.clone(), *from);
        }
        ChannelEvent::Closed { channel, confirmed_through, .. } => {
            match fold.channels.remove(channel) {
                Some(own) if own == *confirmed_through => {}
                Some(own) => at.broken(INV_13, format!("{channel} had confirmed up to {own}")),
                None => at.missing(channel),
            }
        }
        ChannelEvent::Confirmed { channel, through, .. } => match fold.channels.get(channel) {
            Some(own) if *through > *own && *through < at.at() => {
                fold.channels.insert(channel.clone(), *through);
            }
            Some(own) => {
                let detail = format!("{channel} stood at {own} and cannot confirm {through}");
                at.broken(INV_13, detail);
            }
            None => at.missing(channel),
        },
        ChannelEvent::Overdue { channel, due, .. } => {
            if !fold.channels.contains_key(channel) {
                at.missing(channel);
            }
            if at.today <= *due {
                at.broken(DEADLINE, format!("{channel} has until {due}"));
            }
        }
        ChannelEvent::Failed { channel, .. } => {
            if !fold.channels.contains_key(channel) {
                at.missing(channel);
            }
        }
    }
}

//! Of a plugin that is deployed no more.

use serde::{Deserialize, Serialize};

events! {
/// Of a plugin after it was deployed.
PluginEvent {
    /// It is called no more from here on: it was taken off the list, or the register did not admit
    /// it again. What went to it is done by hand until it is deployed anew.
    Retired "plugin.retired" { name: String, }
}
}

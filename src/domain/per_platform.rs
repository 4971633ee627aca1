//! One of something for each platform.

use std::ops::{Index, IndexMut};

use super::Platform;

/// A value for Messenger and one for Instagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerPlatform<T> {
    /// Messenger's.
    pub messenger: T,
    /// Instagram's.
    pub instagram: T,
}

impl<T> PerPlatform<T> {
    /// Both, Messenger's first.
    pub fn both(&self) -> [&T; 2] {
        [&self.messenger, &self.instagram]
    }

    /// Both, Messenger's first.
    pub fn both_mut(&mut self) -> [&mut T; 2] {
        [&mut self.messenger, &mut self.instagram]
    }
}

impl<T> Index<Platform> for PerPlatform<T> {
    type Output = T;

    fn index(&self, platform: Platform) -> &T {
        match platform {
            Platform::Messenger => &self.messenger,
            Platform::Instagram => &self.instagram,
        }
    }
}

impl<T> IndexMut<Platform> for PerPlatform<T> {
    fn index_mut(&mut self, platform: Platform) -> &mut T {
        match platform {
            Platform::Messenger => &mut self.messenger,
            Platform::Instagram => &mut self.instagram,
        }
    }
}

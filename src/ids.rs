//! Typed indices: which bus, which site, which channel. A bare `usize` never crosses a border between components.

use core::marker::PhantomData;
use core::ops::{Index, IndexMut};

/// An index that knows what it counts.
pub trait Id: Copy {
    /// The id of the n-th entity.
    fn from_index(index: usize) -> Self;
    /// The position in its table.
    fn index(self) -> usize;
}

/// Declares typed indices.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl Id for $name {
            #[inline]
            fn from_index(index: usize) -> Self { Self(index as u32) }
            #[inline]
            fn index(self) -> usize { self.0 as usize }
        }
    )*};
}

ids! {
    /// A weather site of the climate.
    ClimateSiteId,
    /// A reservoir, with the plant at its dam.
    ReservoirId,
    /// A bus of the network.
    BusId,
    /// A branch (all circuits of one line of the table count apart).
    BranchId,
    /// A controlled section: a weighted sum of flows with a limit by scheme.
    InterfaceId,
    /// A generating plant that is not a cascade reservoir's: CHP, small hydro, a neighbor's supply.
    PlantId,
    /// A mining site: one operator at one bus in one kind of cooling.
    SiteId,
    /// An operator: who owns machines, pays tariffs and decides.
    OperatorId,
    /// A machine model of the catalog.
    ModelId,
    /// A channel: a way to turn coin into money, or money into machines.
    ChannelId,
    /// A policy event.
    EventId,
}

/// A table of entities read by typed index.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<I, T> {
    items: Vec<T>,
    id: PhantomData<I>,
}

impl<I: Id, T> Table<I, T> {
    /// A table that holds the entities in the order given.
    pub fn new(items: Vec<T>) -> Self {
        Self { items, id: PhantomData }
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
    /// The entities in order.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.items.iter()
    }
    /// The entities in order, to be changed.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }
    /// Ids and entities in order.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(i, t)| (I::from_index(i), t))
    }
    /// All ids in order.
    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::from_index)
    }
    /// The entities as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }
    /// The entities as a slice, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items
    }
    /// The first entity that a test accepts.
    pub fn find(&self, accept: impl Fn(&T) -> bool) -> Option<I> {
        self.items.iter().position(accept).map(I::from_index)
    }
    /// A table of the same ids with something else in it.
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Table<I, U> {
        Table::new(self.items.iter().map(f).collect())
    }
}

impl<I: Id, T: Clone> Table<I, T> {
    /// A table of `len` equal entries.
    pub fn filled(len: usize, value: T) -> Self {
        Self::new(vec![value; len])
    }
}

impl<'a, I: Id, T> IntoIterator for &'a Table<I, T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, I: Id, T> IntoIterator for &'a mut Table<I, T> {
    type Item = &'a mut T;
    type IntoIter = core::slice::IterMut<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Index<I> for Table<I, T> {
    type Output = T;
    #[inline]
    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for Table<I, T> {
    #[inline]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}

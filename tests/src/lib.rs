//! Nothing of its own: the tests stand in folders by subject.

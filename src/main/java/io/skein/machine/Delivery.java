package io.skein.machine;

/** A change that subscribers want to see at once. */
public interface Delivery extends Change {}

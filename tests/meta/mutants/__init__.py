"""Small wrong changes to the recurrent code of the installed Keras, and what shows them."""

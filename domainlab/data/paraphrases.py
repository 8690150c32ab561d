"""Statements and questions that name an attribute by what it means: "{s} costs {v}" for the price.

For training only: with them, reading is more than matching a word of the question with the same word in a passage.
"""

# attribute: (statement, questions)
SPECIAL_WORDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "price": ("{s} costs {v}.", ("How much does {s} cost?", "What must one pay for {s}?")),
    "weight": ("{s} weighs {v}.", ("How heavy is {s}?", "How much does {s} weigh?")),
    "height": ("{s} is {v} high.", ("How high is {s}?", "How tall is {s}?")),
    "length": ("{s} is {v} long.", ("How long is {s}?",)),
    "size": ("{s} measures {v}.", ("How big is {s}?", "How large is {s}?")),
    "strength": ("{s} has a strength of {v}.", ("How strong is {s}?",)),
    "age": ("{s} is {v} years old.", ("How old is {s}?",)),
    "stock": ("There are {v} of {s} left.", ("How many of {s} are there?", "How many of {s} are left?")),
    "dose": ("Take {v} of {s}.", ("How much {s} should one take?", "How much of {s} is taken?")),
    "room": ("{s} is in room {v}.", ("In which room is {s}?", "Where is {s} to be found?")),
    "shelf": ("{s} is on shelf {v}.", ("On which shelf is {s}?", "Where is {s} kept?")),
    "owner": ("{s} belongs to {v}.", ("Who owns {s}?", "Whose is {s}?")),
    "author": ("{v} wrote {s}.", ("Who wrote {s}?", "By whom was {s} written?")),
    "guide": ("{v} leads the way to {s}.", ("Who leads the way to {s}?",)),
    "keeper": ("{v} looks after {s}.", ("Who looks after {s}?", "Who keeps {s}?")),
    "partner": ("{s} works together with {v}.", ("With whom does {s} work?", "Who works with {s}?")),
    "deadline": ("{s} must be ready by {v}.", ("By when must {s} be ready?", "When must {s} be ready?")),
    "date": ("{s} took place on {v}.", ("When did {s} take place?", "On which day was {s}?")),
    "opening time": ("{s} opens at {v}.", ("When does {s} open?", "From when is {s} open?")),
    "closing time": ("{s} closes at {v}.", ("When does {s} close?", "Until when is {s} open?")),
    "colour": ("{s} is {v}.", ("What does {s} look like?", "In which colour is {s} painted?")),
    "address": ("One finds {s} at {v}.", ("Where does one find {s}?",)),
    "origin": ("{s} comes from {v}.", ("Where does {s} come from?", "Where is {s} from?")),
    "next stop": ("{s} stops next at {v}.", ("Where does {s} stop next?",)),
    "route": ("{s} goes by way of {v}.", ("Which way does {s} go?",)),
    "material": ("{s} is made of {v}.", ("What is {s} made of?",)),
    "use": ("{s} serves for {v}.", ("What does {s} serve for?", "What is {s} good for?")),
    "phone number": ("Call {s} on {v}.", ("How does one call {s}?", "Under which number can {s} be called?")),
    "name": ("{s} is called {v}.", ("What is {s} called?",)),
    "version": ("{s} now runs version {v}.", ("What does {s} run now?",)),
}
# relations and attributes that ask for the same thing must not both be stated of one subject
SAME_MEANING = {"owns": "owner", "treats": "use", "kind": "type", "class": "type", "starts": "opening time"}

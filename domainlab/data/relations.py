"""What the made-up passages of reading tasks are about: relations, attributes, and sentences that state nothing."""

import random
from collections.abc import Callable

from domainlab.data import names

Maker = Callable[[random.Random, str], str]  # (generator, split) -> a name or value

# relation: (subject, value, statements, questions); the last statement and question are the held-out wordings
RELATIONS: dict[str, tuple[Maker, Maker, tuple[str, ...], tuple[str, ...]]] = {
    "lives": (
        names.person,
        names.place,
        (
            "{s} lives in {v}.", "The home of {s} is in {v}.", "{s} has a house in {v}.",
            "{s} has lived in {v} for years.", "People can visit {s} at home in {v}.",
            "{s} settled in {v} some years ago.",
        ),
        (
            "Where does {s} live?", "In which place does {s} live?", "What is the home town of {s}?",
            "In what place is {s} at home?", "Which place is home to {s}?", "Where is the home of {s}?",
        ),
    ),
    "works": (
        names.person,
        names.place,
        (
            "{s} works in {v}.", "{s} has an office in {v}.", "The work place of {s} is {v}.",
            "{s} has a job in {v}.", "The job of {s} is in {v}.", "Every day {s} goes to work in {v}.",
        ),
        (
            "Where does {s} work?", "In which place does {s} work?", "What is the work place of {s}?",
            "Where is the work place of {s}?", "Where does {s} have a job?", "Where is the office of {s}?",
        ),
    ),
    "teaches": (
        names.person,
        names.pseudo_word,
        (
            "{s} teaches {v}.", "{s} gives lessons in {v}.", "The subject of {s} is {v}.",
            "{s} is a teacher of {v}.", "Lessons in {v} are given by {s}.", "Students learn {v} from {s}.",
        ),
        (
            "What does {s} teach?", "Which subject does {s} teach?", "What is the subject of {s}?",
            "What does {s} give lessons in?", "Of what is {s} a teacher?", "What can one learn from {s}?",
        ),
    ),
    "likes": (
        names.person,
        names.term,
        (
            "{s} likes {v} best.", "The favourite dish of {s} is {v}.", "{s} always asks for {v}.",
            "{s} loves {v} more than anything.", "The best thing for {s} is {v}.",
            "Nothing pleases {s} more than {v}.",
        ),
        (
            "What does {s} like best?", "What is the favourite of {s}?", "What does {s} always ask for?",
            "What does {s} love most?", "What is the favourite dish of {s}?", "What pleases {s} most?",
        ),
    ),
    "treats": (
        names.pseudo_word,
        names.term,
        (
            "{s} is used for {v}.", "People use {s} against {v}.", "The main use of {s} is {v}.",
            "{s} is good against {v}.", "Against {v}, people take {s}.", "{s} helps with {v}.",
        ),
        (
            "What is {s} used for?", "What is the main use of {s}?", "What do people use {s} for?",
            "What is {s} good against?", "Against what do people take {s}?", "What does {s} help with?",
        ),
    ),
    "kind": (
        names.pseudo_word,
        names.term,
        (
            "{s} is a kind of {v}.", "{s} belongs to the group {v}.", "The class of {s} is {v}.",
            "{s} counts as {v}.", "Experts call {s} a {v}.", "{s} is one of the {v} family.",
        ),
        (
            "What kind of thing is {s}?", "To which group does {s} belong?", "What is the class of {s}?",
            "What does {s} count as?", "What do experts call {s}?", "What is {s} a kind of?",
        ),
    ),
    "causes": (
        names.pseudo_word,
        names.term,
        (
            "{s} can cause {v}.", "{s} may lead to {v}.", "A common effect of {s} is {v}.",
            "{v} is often seen after {s}.", "After {s}, {v} is common.", "With {s} one often sees {v}.",
        ),
        (
            "What can {s} cause?", "What may {s} lead to?", "What is a common effect of {s}?",
            "What is common after {s}?", "What comes from {s}?", "What does one often see with {s}?",
        ),
    ),
    "needs": (
        names.pseudo_word,
        names.amount,
        (
            "{s} needs {v}.", "For {s} you need {v}.", "The right amount for {s} is {v}.",
            "One should use {v} for {s}.", "{s} takes {v}.", "{s} works best with {v}.",
        ),
        (
            "How much does {s} need?", "What amount is needed for {s}?", "What is the right amount for {s}?",
            "How much should one use for {s}?", "How much does {s} take?", "With how much does {s} work best?",
        ),
    ),
    "starts": (
        names.pseudo_word,
        names.clock,
        (
            "The {s} starts at {v}.", "The {s} begins at {v}.", "The start of the {s} is at {v}.",
            "At {v} the {s} gets going.", "The {s} will start at {v}.", "The doors of the {s} open at {v}.",
        ),
        (
            "When does the {s} start?", "At what time does the {s} begin?", "What is the start time of the {s}?",
            "At what time does the {s} get going?", "When will the {s} start?",
            "When do the doors of the {s} open?",
        ),
    ),
    "built": (
        names.place,
        names.date,
        (
            "{s} was opened on {v}.", "{s} opened on {v}.", "The opening of {s} was on {v}.",
            "On {v}, {s} opened its doors.", "{s} has been open since {v}.", "Since {v} people can visit {s}.",
        ),
        (
            "When was {s} opened?", "On what date did {s} open?", "What is the opening date of {s}?",
            "Since when has {s} been open?", "When did {s} open its doors?", "Since when can people visit {s}?",
        ),
    ),
    "owns": (
        names.place,
        names.person,
        (
            "{s} is owned by {v}.", "{v} owns {s}.", "The owner of {s} is {v}.", "{v} is the owner of {s}.",
            "{s} is in the hands of {v}.", "{s} was bought by {v}.",
        ),
        (
            "Who owns {s}?", "Who is the owner of {s}?", "To whom does {s} belong?", "In whose hands is {s}?",
            "Whose is {s}?", "Who bought {s}?",
        ),
    ),
    "with": (
        names.pseudo_word,
        names.term,
        (
            "{s} must not be mixed with {v}.", "Never use {s} together with {v}.",
            "{s} and {v} do not go together.", "{s} should not be used with {v}.",
            "Using {s} and {v} at the same time is dangerous.", "Keep {s} away from {v}.",
        ),
        (
            "What must {s} not be mixed with?", "What does {s} not go together with?",
            "With what should one never use {s}?", "With what should {s} not be used?",
            "What is dangerous together with {s}?", "What must be kept away from {s}?",
        ),
    ),
    "first": (
        names.pseudo_word,
        names.term,
        (
            "For {s}, the first choice is {v}.", "In case of {s}, start with {v}.",
            "{v} is the first step for {s}.", "Against {s}, use {v} first.",
            "The first thing to do about {s} is {v}.", "When {s} is found, begin with {v}.",
        ),
        (
            "What is the first choice for {s}?", "What does one start with for {s}?",
            "What is the first step for {s}?", "What is used first against {s}?",
            "What is the first thing to do about {s}?", "What should one begin with when {s} is found?",
        ),
    ),
}  # fmt: skip

# attributes that take the general wordings below, with the sort of value they have
ATTRIBUTES: dict[str, Maker] = {
    "price": names.number,
    "code": names.code,
    "room": names.code,
    "shelf": names.code,
    "weight": names.amount,
    "height": names.amount,
    "length": names.amount,
    "owner": names.person,
    "author": names.person,
    "guide": names.person,
    "keeper": names.person,
    "extension": names.number,
    "phone number": names.number,
    "stock": names.number,
    "age": names.number,
    "size": names.amount,
    "dose": names.amount,
    "date": names.date,
    "deadline": names.date,
    "opening time": names.clock,
    "closing time": names.clock,
    "colour": lambda r, split: r.choice(names.COLOURS),
    "address": names.place,
    "origin": names.place,
    "next stop": names.place,
    "main part": names.term,
    "material": names.term,
    "symbol": names.code,
    "partner": names.person,
    "result": names.amount,
    "class": names.term,
    "use": names.term,
    "strength": names.amount,
    "level": names.number,
    "name": names.pseudo_word,
    "type": names.term,
    "route": names.place,
    "version": names.number,
}

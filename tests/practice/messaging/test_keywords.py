# ruff: noqa: E501 - examples are easier to read in rows
import pytest

from practice.messaging import keywords
from practice.messaging.keywords import Deed

STOPS = r"""
STOP|stop|Stop.|STOP!!|"stop"|StopAll|stop all|UNSUBSCRIBE|unsubscribe please|End|QUIT|revoke|optout|opt out|opt-out|Cancel
stop please|please stop|pls stop|Stop, please.|stop thanks|hey stop|ok stop now|stop stop stop|STOP STOP
please stop texting me|Stop texting me|stop messaging me|stop sending me these|stop sending me texts|stop sending texts
Stop all messages|no more texts|No more messages please|don't text me|Do not text me again|dont message me anymore
please do not contact me|never text me again|Stop contacting me|quit texting me|quit bothering me|stop spamming me
I don't want your texts|I don't want to get these messages anymore|i do not want to receive any more texts|I no longer want reminders
take me off your list|Please remove me from this list|remove my number|delete my number|lose my number|remove me
unsubscribe me|opt me out|please opt me out of these|I'm opting out|I revoke my consent|leave me alone|not interested
Thanks but stop texting me, I found someone else|I moved away. Stop.|STOP\nsent from my phone|enough with the texts
ALTO|alto|Parar|PARE|paren|para|BASTA|¡Basta!|ya basta|detener|BAJA|no más|alto por favor|basta por favor
deja de escribirme|dejen de mandarme mensajes|deje de enviarme textos por favor|ya no me escriban|no me manden más mensajes
no quiero recibir mensajes|no quiero más mensajes|no más mensajes|basta de mensajes|quiero darme de baja|borren mi número|quítenme de la lista
Por favor no me contacten|déjenme en paz
cancel my texts|Cancel all my reminders|I'd like to stop getting texts|I would like to stop receiving text messages|turn off reminders
please turn off my text messages|disable texts|do not call or text me|please unsubcribe|revoke consent|stopp|st0p|stop it|Stop this!|no texts|discontinue
cancelar mensajes|cancele los mensajes|detengan los mensajes|suspendan los recordatorios|quiero dejar de recibir mensajes|desactivar avisos
STOP i want to die|stop i cant do this anymore|I want to die. STOP|STOP. I can't go on|stop texting me i want to kill myself|quiero morir, ALTO
"""
WRONG = """
wrong number|Wrong number!|Sorry, wrong number|you have the wrong number|You've got the wrong person|wrong person|This is not the right number
número equivocado|Numero equivocado, no soy Ana|se equivocó de número|persona equivocada
"""
NOT_STOPS = r"""
please don't turn off my reminders|do not cancel my texts|no cancelen los mensajes|no quiten los recordatorios|I turned off the alarm
this is unsustainable|an unsuccessful day|stop it hurts so much|make it stop please|no text came|I got no texts from you|the reminders stopped|cancelar|quiero cancelar|cancelar mi cita
C|X|c|1|yes|ok|Thanks!|I can't stop crying|make it stop|I want it all to stop|i want to end it|i want to end it all|the pain won't stop
please don't stop|Please do not stop texting me|don't stop the reminders|I can't stop texting my ex|when will it end|I quit my job today
cancel my appointment|please cancel|Can I cancel Tuesday?|I need to cancel|end of the month is fine|bus stop is closed, I will be late
see you at the end of the week|para mañana está bien|es para mi hija|no puedo parar de llorar|no dejen de escribirme|salir a caminar ayuda
I will be late|what is the address|can you call me|I stopped smoking|is there a stop near you|He won't leave me alone|alta presión
no me siento bien|quiero cancelar mi cita|nobody texts me|I don't want to live|quiero que pare el dolor|I sent the form
"""


def lines(block):
    return [text for line in block.strip().split("\n") for text in line.split("|")]


@pytest.mark.parametrize("body", [text.replace("\\n", "\n") for text in lines(STOPS)])
def test_stop_in_every_form_is_a_stop(body):
    assert keywords.read(body).deed is Deed.STOP


@pytest.mark.parametrize("body", lines(WRONG))
def test_a_wrong_number_is_one_too(body):
    assert keywords.read(body).deed is Deed.WRONG_NUMBER


@pytest.mark.parametrize("body", lines(NOT_STOPS))
def test_what_only_sounds_like_it_is_not(body):
    reading = keywords.read(body)
    assert reading is None or reading.deed not in {Deed.STOP, Deed.WRONG_NUMBER}


@pytest.mark.parametrize("body", ["START", "start", "Unstop", "start please", "opt in", "comenzar", "EMPEZAR"])
def test_start_in_every_form(body):
    assert keywords.read(body).deed is Deed.START


@pytest.mark.parametrize(
    "body", ["HELP", "help!", "Help me", "please help", "INFO", "AYUDA", "¡Ayuda!", "ayúdame", "ayuda por favor"]
)
def test_help_in_every_form(body):
    assert keywords.read(body).deed is Deed.HELP


@pytest.mark.parametrize(
    ("body", "spanish"), [("ALTO", True), ("AYUDA", True), ("STOP", False), ("deja de escribirme", True)]
)
def test_the_answer_is_in_the_language_of_the_word(body, spanish):
    assert keywords.read(body).in_spanish is spanish


@pytest.mark.parametrize(
    "body", ["", " ", "\x00", "🌱", "a" * 100_000, "stop " * 5_000, "\ud800", "please " * 2_000 + "stop", "(" * 1600]
)
def test_no_text_is_too_strange_to_read(body):
    keywords.read(body)
    keywords.looks_spanish(body)


@pytest.mark.parametrize(
    ("body", "spanish"),
    [("Quiero cambiar mi cita", True), ("I want to move it", False), ("no", False), ("¿mañana?", True)],
)
def test_the_language_of_a_stranger_is_guessed(body, spanish):
    assert keywords.looks_spanish(body) is spanish

"""A sentence for every error code, that says what to do; the code stands behind it so that it can be read out."""

from PySide6.QtCore import QCoreApplication

from remotedesk.core.errors import ErrorCode

translate = QCoreApplication.translate


def sentence(code: ErrorCode, *, for_engineer: bool = False) -> str:
    """Return what `code` means to the customer, or to the engineer where he has to do something else."""
    if for_engineer and (own := _engineer().get(code)) is not None:
        return own
    return {**_number(), **_pairing(), **_server(), **_protocol(), **_consent(), **_session(), **_rest()}[code]


def sentence_with_code(code: ErrorCode, *, for_engineer: bool = False) -> str:
    """Return the sentence with the code behind it."""
    return f"{sentence(code, for_engineer=for_engineer)} ({code.value})"


def _number() -> dict[ErrorCode, str]:
    return {
        ErrorCode.NUMBER_INCOMPLETE: translate("Sentences", "The number has 12 digits. Please type all of them."),
        ErrorCode.NUMBER_MISTYPED: translate(
            "Sentences", "This number is not right. Please compare it with what your engineer says."
        ),
        ErrorCode.NUMBER_UNKNOWN: translate(
            "Sentences", "The server does not know this number. Please ask your engineer to read it again."
        ),
        ErrorCode.NUMBER_EXPIRED: translate(
            "Sentences", "This number is too old: it is good for 10 minutes. Please ask your engineer for a new one."
        ),
        ErrorCode.NUMBER_USED: translate(
            "Sentences", "This number has been used already. Please ask your engineer for a new one."
        ),
        ErrorCode.NUMBER_BURNT: translate(
            "Sentences", "This number was typed wrongly too often and is void. Please ask your engineer for a new one."
        ),
    }


def _pairing() -> dict[ErrorCode, str]:
    return {
        ErrorCode.SECRET_WRONG: translate(
            "Sentences",
            "The number does not fit your engineer’s. Please compare all digits with him and type it again.",
        ),
        ErrorCode.PAIRING_TIMEOUT: translate(
            "Sentences", "Your engineer’s side did not answer in time. Please tell him, and try again."
        ),
        ErrorCode.PEER_UNPROVEN: translate(
            "Sentences", "The other side could not prove who it is. Please ask your engineer for a new number."
        ),
        ErrorCode.ENVELOPE_FORGED: translate(
            "Sentences",
            "Something on the way tried to change the connection, so it was stopped. "
            "Please ask your engineer for a new number; if it happens again, tell your IT department.",
        ),
        ErrorCode.ENVELOPE_OUT_OF_ORDER: translate(
            "Sentences",
            "Something on the way mixed up the connection, so it was stopped. "
            "Please ask your engineer for a new number; if it happens again, tell your IT department.",
        ),
        ErrorCode.COMMITMENT_BROKEN: translate(
            "Sentences",
            "The comparison code was tampered with, so the connection was stopped. Please tell your IT department.",
        ),
        ErrorCode.VERSION_UNSUPPORTED: translate(
            "Sentences", "The two programs are of different versions. Please get the newest version and try again."
        ),
        ErrorCode.CODES_DIFFER: translate(
            "Sentences", "The comparison codes differ, so the connection was stopped. Please tell your IT department."
        ),
    }


def _server() -> dict[ErrorCode, str]:
    return {
        ErrorCode.SERVER_UNREACHABLE: translate(
            "Sentences", "The server cannot be reached. Please check your network connection and try again."
        ),
        ErrorCode.SERVER_CERTIFICATE: translate(
            "Sentences",
            "The server could not prove that it is the right one, so nothing was sent. "
            "Please ask your IT department about its certificate.",
        ),
        ErrorCode.PROXY_IN_THE_WAY: translate(
            "Sentences", "Your company’s proxy does not let the connection through. Please ask your IT department."
        ),
        ErrorCode.SERVER_LOST: translate(
            "Sentences", "The connection to the server broke. Please check your network and try again."
        ),
        ErrorCode.SIGN_IN_FAILED: translate("Sentences", "Name or password is not right. Please try again."),
        ErrorCode.TOO_MANY_REQUESTS: translate(
            "Sentences", "There were too many attempts. Please wait a minute and try again."
        ),
        ErrorCode.SERVER_FULL: translate("Sentences", "The server is full. Please try again in a few minutes."),
        ErrorCode.NOT_SIGNED_IN: translate("Sentences", "You are not signed in any more. Please sign in again."),
        ErrorCode.SERVER_SHUTTING_DOWN: translate(
            "Sentences", "The server is being restarted. Please try again in a few minutes."
        ),
        ErrorCode.SERVER_INTERNAL: translate(
            "Sentences",
            "Something went wrong on the server. Please try again; if it stays, tell your engineer the code.",
        ),
        ErrorCode.SERVER_NOT_NAMED: translate(
            "Sentences",
            "This program does not know its server. Please get it again from the page your engineer names.",
        ),
        **_ways_out(),
    }


def _ways_out() -> dict[ErrorCode, str]:
    return {
        ErrorCode.PROXY_UNREACHABLE: translate(
            "Sentences", "Your company’s proxy does not answer. Please ask your IT department."
        ),
        ErrorCode.PROXY_WANTS_PASSWORD: translate(
            "Sentences",
            "Your company’s proxy asks for a user name and a password. Please enter them in the settings, "
            "or ask your IT department.",
        ),
        ErrorCode.PROXY_REFUSED: translate(
            "Sentences",
            "Your company’s proxy does not let this program reach its server. Please ask your IT department.",
        ),
        ErrorCode.TLS_OPENED: translate(
            "Sentences",
            "Something between this PC and the server opens encrypted connections, and this PC does not trust it, "
            "so nothing was sent. Please ask your IT department.",
        ),
        ErrorCode.WAY_BLOCKED: translate(
            "Sentences", "This way out of your network is blocked. That alone does no harm."
        ),
        ErrorCode.TURN_REFUSED: translate(
            "Sentences", "The server’s relay did not accept the connection. Please tell your engineer the code."
        ),
    }


def _protocol() -> dict[ErrorCode, str]:
    stopped = translate(
        "Sentences", "The other side sent something that is not allowed, so that part was stopped. Please start again."
    )
    return {
        ErrorCode.MESSAGE_MALFORMED: stopped,
        ErrorCode.MESSAGE_TOO_BIG: stopped,
        ErrorCode.MESSAGE_OUT_OF_ORDER: stopped,
        ErrorCode.MESSAGE_FLOOD: translate(
            "Sentences", "The other side sent too much at once, so that part was stopped. Please start again."
        ),
        ErrorCode.CHANNEL_UNEXPECTED: stopped,
    }


def _consent() -> dict[ErrorCode, str]:
    return {
        ErrorCode.NOT_GRANTED: translate("Sentences", "This was not done because you have not allowed it."),
        ErrorCode.GRANT_REVOKED: translate("Sentences", "This was not done because you have switched it off."),
        ErrorCode.GRANT_SUSPENDED: translate("Sentences", "This was not done because sharing is paused."),
        ErrorCode.PROMPT_NOT_ARMED: translate(
            "Sentences", "That was too quick to have been read. Please read the question and answer again."
        ),
        ErrorCode.PROMPT_GONE: translate("Sentences", "This question is no longer open. Nothing was changed."),
        ErrorCode.STATE_FORBIDS: translate(
            "Sentences", "This is not possible right now. Please wait a moment and try again."
        ),
    }


def _session() -> dict[ErrorCode, str]:
    return {
        ErrorCode.DECLINED: translate("Sentences", "You declined. Nothing was shared."),
        ErrorCode.PEER_LOST: translate(
            "Sentences", "The connection to your engineer was lost. Please ask him for a new number to go on."
        ),
        ErrorCode.PEER_ENDED: translate("Sentences", "Your engineer has ended the session."),
        ErrorCode.CONNECT_FAILED: translate(
            "Sentences",
            "No way to your engineer’s computer was found. "
            "Please try again; if it stays, ask your IT department to allow the server on port 443.",
        ),
    }


def _rest() -> dict[ErrorCode, str]:
    return {
        ErrorCode.PLATFORM_UNSUPPORTED: translate(
            "Sentences", "Sharing does not work on this system yet. It works on Linux with X11."
        ),
        ErrorCode.WAYLAND_UNSUPPORTED: translate(
            "Sentences",
            "Sharing does not work under Wayland. Please sign in again and choose an X11 session.",
        ),
        ErrorCode.CAPTURE_FAILED: translate(
            "Sentences", "The screen could not be read. Please end the session and start again."
        ),
        ErrorCode.INPUT_REFUSED: translate(
            "Sentences", "The system did not take the engineer’s input there. Please do this step yourself."
        ),
        ErrorCode.INPUT_BLOCKED_OWN_WINDOW: translate(
            "Sentences", "The engineer cannot operate this program’s own windows. Only you can."
        ),
        ErrorCode.INPUT_HELD_BY_LOCAL_USER: translate(
            "Sentences", "Your own mouse and keyboard go first: the engineer waits until you let go."
        ),
        ErrorCode.INPUT_ELEVATED: translate(
            "Sentences", "Windows shows an administrator’s window; please answer it yourself."
        ),
        ErrorCode.HOT_KEY_TAKEN: translate(
            "Sentences", "The key to end is used by another program. Please end with the red button."
        ),
        ErrorCode.RECORD_BROKEN: translate(
            "Sentences", "This record has been changed after it was written. Do not rely on it."
        ),
        ErrorCode.RECORD_UNREADABLE: translate("Sentences", "This file is not a session record, or it is damaged."),
        ErrorCode.INTERNAL: translate(
            "Sentences", "Something went wrong in this program. Please start it again, and tell your engineer the code."
        ),
    }


def _engineer() -> dict[ErrorCode, str]:
    return _engineer_pairing() | _engineer_session()


def _engineer_pairing() -> dict[ErrorCode, str]:
    new_number = translate("Sentences", "Nobody used the number in time. Please get a new number and read it out.")
    return {
        ErrorCode.NUMBER_EXPIRED: new_number,
        ErrorCode.NUMBER_UNKNOWN: new_number,
        ErrorCode.NUMBER_USED: translate("Sentences", "This number has been used. Please get a new one."),
        ErrorCode.NUMBER_BURNT: translate(
            "Sentences", "This number was tried wrongly too often and is void. Please get a new one."
        ),
        ErrorCode.SECRET_WRONG: translate(
            "Sentences",
            "The customer’s number did not fit. Read it out again; if it was not your customer, get a new one.",
        ),
        ErrorCode.PAIRING_TIMEOUT: translate(
            "Sentences",
            "The customer’s side did not answer in time. Ask him, and allow another try or get a new number.",
        ),
        ErrorCode.PEER_UNPROVEN: translate(
            "Sentences", "The other side could not prove that it is your customer. Please get a new number."
        ),
        ErrorCode.ENVELOPE_FORGED: translate(
            "Sentences",
            "Something on the way tried to change the connection, so it was stopped. Please get a new number.",
        ),
        ErrorCode.ENVELOPE_OUT_OF_ORDER: translate(
            "Sentences", "Something on the way mixed up the connection, so it was stopped. Please get a new number."
        ),
        ErrorCode.SERVER_INTERNAL: translate(
            "Sentences", "Something went wrong on the server. Please try again, or tell whoever runs it the code."
        ),
    }


def _engineer_session() -> dict[ErrorCode, str]:
    return {
        ErrorCode.NOT_GRANTED: translate("Sentences", "The customer has not allowed this. You can ask him for it."),
        ErrorCode.GRANT_REVOKED: translate("Sentences", "The customer has switched this off. You can ask him again."),
        ErrorCode.GRANT_SUSPENDED: translate("Sentences", "Sharing is paused on the customer’s computer."),
        ErrorCode.DECLINED: translate("Sentences", "The customer declined."),
        ErrorCode.PEER_LOST: translate(
            "Sentences", "The connection to the customer was lost. Please get a new number to go on."
        ),
        ErrorCode.PEER_ENDED: translate("Sentences", "The customer has ended the session."),
        ErrorCode.CONNECT_FAILED: translate(
            "Sentences", "No way to the customer’s computer was found. Please get a new number and try again."
        ),
        ErrorCode.CAPTURE_FAILED: translate(
            "Sentences", "The customer’s screen could not be read. Please ask him to start again."
        ),
        ErrorCode.INPUT_REFUSED: translate(
            "Sentences", "The customer’s system did not take that input. Please ask him to do this step."
        ),
        ErrorCode.INPUT_BLOCKED_OWN_WINDOW: translate(
            "Sentences", "That is remotedesk’s own window, or a question is open: only the customer can answer it."
        ),
        ErrorCode.INPUT_HELD_BY_LOCAL_USER: translate(
            "Sentences", "The customer is using his own mouse or keyboard. Please wait a moment."
        ),
        ErrorCode.INPUT_ELEVATED: translate(
            "Sentences", "Windows shows the customer an administrator’s window. Please ask him to answer it."
        ),
        ErrorCode.INTERNAL: translate("Sentences", "Something went wrong in this program. Please start it again."),
    }

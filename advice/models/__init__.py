"""The column's tables: letters, posts and their revisions, reviews, passages to quote, subscribers."""

from advice.models.conversations import Conversation as Conversation
from advice.models.conversations import Request as Request
from advice.models.conversations import Turn as Turn
from advice.models.letters import Letter as Letter
from advice.models.passages import IndexVersion as IndexVersion
from advice.models.passages import Passage as Passage
from advice.models.pictures import Picture as Picture
from advice.models.plans import Plan as Plan
from advice.models.plans import Remark as Remark
from advice.models.posts import Post as Post
from advice.models.posts import Revision as Revision
from advice.models.posts import Topic as Topic
from advice.models.reviews import Review as Review
from advice.models.subscribers import Resource as Resource
from advice.models.subscribers import Subscriber as Subscriber

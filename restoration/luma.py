"""How bright a colour is: the weights with which networks were trained and grey is made of RGB everywhere."""

import numpy as np

#: Rec. 601 luma: weights of red, green and blue.
REC_601 = (0.299, 0.587, 0.114)
LUMA = np.array(REC_601, np.float32)

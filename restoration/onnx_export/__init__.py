"""The compact networks as ONNX files, for programs without torch: phones, browsers.

``networks``    which there are, what goes in and out
``graphs``      them as modules whose sizes are all dynamic (with ``sizes``, ``filling``, ``attention``, ``colours``,
                ``toning``, ``sparing``)
``making``      modules to models (with ``quantise``)
``check``       models against what the program computes itself (``references``, on ``pictures``)
``writing``     models to files, if they agree
"""

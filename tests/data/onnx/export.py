# Exports four networks to ONNX and strips the initializers' data.
import torch, torchvision, onnx, sys, os, warnings
warnings.filterwarnings('ignore')
out = sys.argv[1]; os.makedirs(out, exist_ok=True)
def strip(path, dest):
    m=onnx.load(path)
    for t in m.graph.initializer:
        n=1
        for d in t.dims: n*=d
        if n>16 or t.data_type not in (6,7):
            for f in ('raw_data','float_data','int32_data','int64_data','double_data'): t.ClearField(f)
    for node in m.graph.node:
        for a in node.attribute:
            if a.HasField('t'):
                n=1
                for d in a.t.dims: n*=d
                if n>16:
                    for f in ('raw_data','float_data','int32_data','int64_data','double_data'): a.t.ClearField(f)
    m.graph.ClearField('doc_string')
    for n in m.graph.node: n.ClearField('doc_string')
    del m.graph.value_info[:]
    onnx.save(m, dest); print(dest, os.path.getsize(dest), m.opset_import[0].version)
def go(name, model, args, names, dyn, opset):
    model.eval(); p=f'{out}/{name}.full.onnx'
    with torch.no_grad():
        torch.onnx.export(model, args, p, input_names=names, dynamic_axes=dyn, opset_version=opset, do_constant_folding=True)
    strip(p, f'{out}/{name}.onnx'); os.remove(p)
go('resnet50', torchvision.models.resnet50(), torch.zeros(1,3,224,224), ['input'], {'input':{0:'batch'}}, 17)
go('mobilenet_v2', torchvision.models.mobilenet_v2(), torch.zeros(1,3,224,224), ['input'], {'input':{0:'batch'}}, 9)
from transformers import BertConfig, BertForQuestionAnswering, GPT2Config, GPT2LMHeadModel
c=BertConfig(return_dict=False)
b=BertForQuestionAnswering._from_config(c, attn_implementation='eager')
ids=torch.zeros(1,384,dtype=torch.long)
go('bert_base', b, (ids, torch.ones_like(ids)), ['input_ids','attention_mask'], {'input_ids':{0:'batch',1:'sequence'},'attention_mask':{0:'batch',1:'sequence'}}, 14)
g=GPT2LMHeadModel._from_config(GPT2Config(use_cache=False, return_dict=False), attn_implementation='eager')
class Last(torch.nn.Module):
    def __init__(self, g): super().__init__(); self.g=g
    def forward(self, ids):
        hidden=self.g.transformer(ids)[0]
        return self.g.lm_head(hidden[:, -1:])
go('gpt2', Last(g), (torch.zeros(1,1024,dtype=torch.long),), ['input_ids'], {'input_ids':{0:'batch',1:'sequence'}}, 17)

#![allow(clippy::print_stdout)]
use stationary_arch::*;
fn main(){ for n in presets::names(){ let m=Accelerator::preset(n,&[]).unwrap(); let c=CostModel::of(&m).unwrap(); let a=c.area();
 println!("{n}: mac {:.3} pad {:?} buf {:?} send {:?} recv {:?} hop {:.3} leak/cyc {:.3} leakmW {:.3} peak {:.0} area mm2 total {:.3} pes {:.3} pads {:.3} gb {:.3} net {:.3}", c.mac().0, Operand::ALL.map(|o|(c.scratchpad_read(o).0*100.).round()/100.), Operand::ALL.map(|o|(c.buffer_read(o).0*100.).round()/100.), Operand::ALL.map(|o|(c.network_send(o).0*100.).round()/100.), Operand::ALL.map(|o|(c.network_receive(o).0*100.).round()/100.), c.psum_hop().0, c.leakage_per_cycle().0, c.leakage_per_cycle().0*m.clock.0 as f64*1e-6, c.peak_power(&m).0, a.total.0/1e6,a.pes.0/1e6,a.scratchpads.0/1e6,a.global_buffer.0/1e6,a.networks.0/1e6);
} println!("{}", Accelerator::preset("eyeriss",&[("dram.kind","ideal")]).unwrap().to_yaml()); }
